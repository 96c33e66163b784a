import type { Flowing } from './flowing.js';

/** Names a wire format: the name of its folder under `dialects/`, or a third party's own. */
export type Dialect = string;

/** What is asked of a provider in a dialect. `other`: any further path of the dialect's own. */
export type WireOperation = 'chat' | 'count-tokens' | 'embeddings' | 'stored-response' | 'other';

export type WireHeaders = Readonly<Record<string, string | readonly string[]>>;

/** A client's request that goes on as it came; model, auth and address are the receiver's to set. */
export interface WireRequest {
  readonly dialect: Dialect;
  readonly operation: WireOperation;
  readonly method: string;
  /** Path and query below the dialect's base, starting with `/`. */
  readonly path: string;
  readonly headers: WireHeaders;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: WireHeaders;
  /** Must be read to its end or returned from early; leaving it open holds the connection. */
  readonly body: Flowing<Uint8Array>;
}

/** One event of a `text/event-stream` body (HTML Living Standard, section 9.2). */
export interface ServerSentEvent {
  /** The `event:` field; absent: `message`. */
  readonly event?: string;
  readonly data: string;
}
