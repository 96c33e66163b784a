/** What a client wrote as a model: `provider/model`, `provider:session/model`, or a model's name and no more. */
export interface ModelAddress {
  /** Absent: the text is a bare model name. */
  readonly provider?: string;
  readonly session?: string;
  readonly model: string;
}

/**
 * Split at the first `/`, and the left part at its first `:`. Where the left part names no provider, the slash belongs to the
 * model: vendors have such names.
 */
export function modelAddressFrom(text: string, isProvider: (id: string) => boolean): ModelAddress {
  const slash = text.indexOf('/');
  if (slash === -1) return { model: text };
  const left = text.slice(0, slash);
  const colon = left.indexOf(':');
  const provider = colon === -1 ? left : left.slice(0, colon);
  if (!isProvider(provider)) return { model: text };
  const model = text.slice(slash + 1);
  return colon === -1 ? { provider, model } : { provider, session: left.slice(colon + 1), model };
}
