/**
 * Tells of each of these signals that is aborted, with its reason, until the returned function is called. `AbortSignal.any` costs as
 * much as a whole request: it keeps weak references both ways, and what it made goes when it is collected.
 */
export function onAbortOf(signals: readonly (AbortSignal | undefined)[], tell: (reason: unknown) => void): () => void {
  const hear = ({ target }: Event): void => {
    if (target instanceof AbortSignal) tell(target.reason);
  };
  for (const signal of signals) {
    if (signal?.aborted === true) tell(signal.reason);
    else signal?.addEventListener('abort', hear, { once: true });
  }
  return () => {
    for (const signal of signals) signal?.removeEventListener('abort', hear);
  };
}
