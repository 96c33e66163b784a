/** Takes what a source gives as it comes, in the same turn of the loop. It must not throw. */
export interface Sink<Piece> {
  /** False: there is no room for more; nothing comes then until `resume`, but for what was on its way. */
  take(piece: Piece): boolean;
  /** Once, last: the source is at its end, or broke off. */
  end(failure?: { readonly error: unknown }): void;
}

export interface Flow {
  /** There is room again. */
  resume(): void;
  /** The reader leaves: nothing comes any more, no end either, and what is behind the source ends. */
  stop(): void;
}

/**
 * A source that is read one piece at a time, or, where it can, flows: what comes together is handed over at once, without a promise
 * for each piece. What was read before is not given again; once it flows, it is not read any more.
 */
export interface Flowing<Piece, Batch = Piece> extends AsyncIterable<Piece> {
  flow?(sink: Sink<Batch>): Flow;
}
