import type { ServerResponse } from 'node:http';

import type { Session } from '../../../contracts/session.js';

/** Which session answers, told with every answer. */
export function tellSession(raw: ServerResponse, { provider, name }: Pick<Session, 'provider' | 'name'>): void {
  raw.setHeader('x-maestro-provider', provider);
  raw.setHeader('x-maestro-session', name);
}

/** Characters; proxies give up at a few thousand for all headers together. */
const longestList = 1_000;

/** What the client said and the provider was not told, or the other way round: paths in the request, and kinds of event. */
export function tellUntranslated(raw: ServerResponse, notices: readonly string[]): void {
  const told = [...new Set(notices)].map((notice) => notice.replace(/[^\x20-\x2b\x2d-\x7e]/g, '?').slice(0, 100));
  let text = '';
  for (const notice of told) {
    const longer = text === '' ? notice : `${text}, ${notice}`;
    if (longer.length > longestList) {
      text += ', ...';
      break;
    }
    text = longer;
  }
  if (text !== '') raw.setHeader('x-maestro-untranslated', text);
}

/** Milliseconds from the last byte of a request to the moment when its provider is first asked; told with the answer. */
export function overheadMeter(raw: ServerResponse): () => void {
  const begin = performance.now();
  let isTold = false;
  return () => {
    if (isTold) return;
    isTold = true;
    raw.setHeader('x-maestro-overhead-ms', (performance.now() - begin).toFixed(2));
  };
}
