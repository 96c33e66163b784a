import type { ServerResponse } from 'node:http';

import type { Session } from '../../../contracts/session.js';

/** Which session answers, told with every answer. */
export function tellSession(raw: ServerResponse, { provider, name }: Pick<Session, 'provider' | 'name'>): void {
  raw.setHeader('x-maestro-provider', provider);
  raw.setHeader('x-maestro-session', name);
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
