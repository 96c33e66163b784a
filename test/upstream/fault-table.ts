import type { Kind, Provider, Way } from './fault-scene.js';

interface Expected {
  /** What is told by every way where the next lines say nothing else. */
  readonly code: string;
  /** A wire that takes it otherwise. */
  readonly but?: Partial<Readonly<Record<Provider, string>>>;
  /** At the door of the provider's own wire, which hands bytes on as they are. */
  readonly own?: string;
}

/** What became of a chat whose provider behaves so: a code of the catalogue, `ok`, or what was passed on as the provider said it. */
const table: Readonly<Record<Kind, Expected>> = {
  none: { code: 'ok' },

  'connection refused': { code: 'upstream.unreachable' },
  'reset before the answer': { code: 'upstream.disconnected' },
  'reset within the head': { code: 'upstream.disconnected' },
  'hang up before the answer': { code: 'upstream.disconnected' },
  'reset in the middle': { code: 'upstream.disconnected' },
  'hang up in the middle': { code: 'upstream.disconnected' },
  'shorter than promised': { code: 'upstream.disconnected' },
  'half closed': { code: 'upstream.truncated' },
  'silence before the answer': { code: 'upstream.timeout' },
  'silence in the middle': { code: 'upstream.timeout' },
  'slow drip': { code: 'ok' },

  'no terminal event': { code: 'upstream.truncated' },
  'cut within an event': { code: 'upstream.truncated' },
  'nothing in the body': { code: 'upstream.truncated' },
  'malformed json': { code: 'upstream.malformed', own: 'passed 200' },
  'malformed json at once': { code: 'upstream.malformed', own: 'passed 200' },
  'json of another kind': { code: 'upstream.malformed', but: { gemini: 'upstream.truncated' }, own: 'passed 200' },
  'html instead': { code: 'upstream.wrong-content-type', own: 'passed 200' },
  'error with status 200': { code: 'upstream.failed', own: 'passed 200' },
  'no content': { code: 'upstream.truncated', own: 'passed 204' },
  'garbage after the end': { code: 'ok' },
  'reset after the end': { code: 'ok' },
  'carriage returns only': { code: 'ok' },
  'carriage returns and feeds': { code: 'ok' },
  'bytes that are no text': { code: 'ok' },
  'no text at all': { code: 'upstream.truncated' },

  'one endless line': { code: 'upstream.malformed', own: 'passed 200' },
  'empty data lines': { code: 'upstream.malformed', own: 'passed 200' },
  'empty events': { code: 'upstream.malformed', but: { openai: 'upstream.truncated' }, own: 'passed 200' },
  comments: { code: 'upstream.truncated' },
  'lines that are no field': { code: 'upstream.malformed', own: 'passed 200' },
  'gzip bomb': { code: 'upstream.malformed' },
  'damaged gzip': { code: 'upstream.malformed' },
  'compression that nobody asked for': { code: 'upstream.malformed' },

  'huge header': { code: 'upstream.malformed' },
  'endless interim answers': { code: 'upstream.disconnected' },
  'no http': { code: 'upstream.malformed' },
  'chunks that are none': { code: 'upstream.malformed' },
  'another answer behind it': { code: 'ok' },

  'rate limit': { code: 'upstream.rate-limited', own: 'passed 429' },
  overload: { code: 'upstream.overloaded', own: 'passed 529' },
  failure: { code: 'upstream.failed', own: 'passed 500' },
  'endless failure': { code: 'upstream.failed', own: 'passed 500' },
  'credential refused': { code: 'session.credential-rejected' },
  'redirect elsewhere': { code: 'upstream.failed' },
};

export const kinds = Object.keys(table) as readonly Kind[];

export function expectedOf(kind: Kind, provider: Provider, way: Way): string {
  const { code, but, own } = table[kind];
  const other = but?.[provider];
  // A wire that ends otherwise is read otherwise at its own door, too.
  if (way === 'own door' && own !== undefined && other !== 'upstream.truncated') return own;
  return other ?? code;
}
