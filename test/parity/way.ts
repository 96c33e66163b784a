import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { ProblemDocument } from '../../src/contracts/errors/problem.js';
import { problemFromError } from '../../src/contracts/errors/problem.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import type { MaestroCalls } from '../../src/transports/rpc/client/maestro-calls.js';

/** What is done, by the name that its message has; two more for answers that come piece by piece. */
export type Operation = keyof MaestroCalls | 'chat.stream' | 'chat.left';

export interface Asked {
  readonly operation: Operation;
  readonly data: Readonly<Record<string, unknown>>;
  /** Whose right it is done with; absent: the operator's. */
  readonly key?: string;
}

/** What came of it: an answer, or the problem that it is told as. */
export type Outcome = { readonly answer: unknown } | { readonly problem: Partial<ProblemDocument> };

/** One of the ways into Maestro. */
export interface Way {
  readonly name: string;
  /** Why this way cannot be asked that, where it cannot; such a step is shown as left out, with the reason. */
  readonly without?: (asked: Asked) => string | undefined;
  ask(asked: Asked): Promise<Outcome>;
  /** What a step that is left out has to leave behind for later ones. */
  readonly instead?: (asked: Asked) => Promise<unknown>;
  close(): Promise<void>;
}

const uuid = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/g;
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** Ours and a provider's name for one answer, of which each is another. */
const oncePerAnswer = new Set(['streamId', 'providerCallId', 'callId', 'responseId']);

/** Tell of the way itself: the number that a transport gives an event, the request, and when its key was used. */
const ofTheWay = new Set(['seq', 'requestId', 'lastUsedAt']);

/**
 * All that may differ between two ways: ids, times, keys and secrets made at random, durations, request ids, the number that a
 * transport gives an event, and whose right the operator's is. Everything else must be the same.
 */
export function normalised(value: unknown): unknown {
  if (typeof value === 'string')
    return value.startsWith('mk_') ? '<key>' : withoutQuery(value.replaceAll(uuid, '<id>').replaceAll(time, '<time>'));
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, given]) => given !== undefined && !ofTheWay.has(name));
  kept.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(kept.map(([name, given]) => [name, isRandom(name, given) ? `<${name}>` : normalised(given)]));
}

function isRandom(name: string, value: unknown): boolean {
  if (name === 'actor' && (value === 'admin' || value === 'local')) return true;
  if (oncePerAnswer.has(name) || name === 'latencyMs' || name === 'milliseconds' || name === 'checkedInMs') return true;
  return name === 'seq' || name === 'prevHash' || name === 'hash' || (name === 'nextCursor' && typeof value === 'string');
}

/** A state and a challenge are made at random. */
function withoutQuery(text: string): string {
  return /^https?:\/\//.test(text) ? text.replace(/([?&](?:state|code_challenge|nonce)=)[^&]+/g, '$1<random>') : text;
}

/** A stream's events, with the problem that broke it off; one that never began rejects. */
export async function readAll(open: () => Promise<AsyncIterable<StreamEvent>>): Promise<unknown> {
  const events: StreamEvent[] = [];
  try {
    for await (const event of await open()) events.push(event);
  } catch (error) {
    if (events.length === 0) throw error;
    return { events, problem: problemFromError(MaestroError.from(error)) };
  }
  return { events };
}

/** Reads to the first word, and goes. */
export async function readSome(open: () => Promise<AsyncIterable<StreamEvent>>): Promise<unknown> {
  for await (const event of await open()) if (event.type === 'text-delta') break;
  return 'left';
}
