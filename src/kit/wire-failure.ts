import type { JsonObject } from '../contracts/chat.js';
import type { MaestroError } from '../contracts/errors/maestro-error.js';

/** A failure as a client of a dialect is told it. */
export interface WireFailure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** When to try again, and whether: headers that the vendors' clients obey, whatever the status. */
export function retryHeaders({ isRetryable, retryAfterMs }: MaestroError): Readonly<Record<string, string>> {
  return {
    'x-should-retry': String(isRetryable),
    ...(retryAfterMs !== undefined && {
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(Math.ceil(retryAfterMs)),
    }),
  };
}
