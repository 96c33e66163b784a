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

/** Takes the pieces of a source as they come, in the same turn of the loop. It must not throw. */
export interface Sink<Piece> {
  /** False: there is no room for more; nothing comes then until `resume`, but for what was on its way. */
  take(piece: Piece): boolean;
  /** Once, last: the source is at its end, or broke off. */
  end(failure?: { readonly error: unknown }): void;
}

export interface Flow {
  /** There is room again. */
  resume(): void;
  /** The reader leaves: nothing comes any more, and the request behind the source ends. */
  stop(): void;
}

/**
 * A source that is read one piece at a time, or, where it can, flows: pieces are then handed over without a promise for each.
 * It is read in one of the two ways, and once.
 */
export interface Flowing<Piece, Batch = Piece> extends AsyncIterable<Piece> {
  flow?(sink: Sink<Batch>): Flow;
}

/** One event of a `text/event-stream` body (HTML Living Standard, section 9.2). */
export interface ServerSentEvent {
  /** The `event:` field; absent: `message`. */
  readonly event?: string;
  readonly data: string;
}
