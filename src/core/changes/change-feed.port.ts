/** That something is no longer as it was read. What it is now, the reader asks anew. */
export type Change = SessionChanged | { readonly of: 'caller'; readonly id: string };

export interface SessionChanged {
  readonly of: 'session';
  readonly id: string;
  /** What it is called, or was; absent where whoever tells does not know. */
  readonly named?: { readonly provider: string; readonly name: string };
}

/** `undefined`: anything may have changed. */
export type ChangeListener = (change: Change | undefined) => void;

/**
 * Tells of changes to sessions and callers, whoever made them: this process before the change is answered, another one, or an
 * administrator's statement. Whoever keeps what was read asks how much of it is still sure.
 */
export interface ChangeFeed {
  onChange(listener: ChangeListener): void;
  /**
   * Milliseconds of the monotonic clock: all that had changed by then was told. `-Infinity`: nothing is sure. Asking keeps the
   * feed awake.
   */
  sureAt(): number;
}

export const ChangeFeed = Symbol.for('maestro/change-feed');
