/** The given signal, or one that nothing aborts. */
export function signalOf(options: { readonly signal?: AbortSignal } | undefined): AbortSignal {
  return options?.signal ?? new AbortController().signal;
}
