/** Begins the ids that we make where the wire gives none. They never go back to the provider. */
const prefix = 'no-wire-id-';

/** The same stream always gives the same id, and two answers of one conversation give different ones. */
export function madeCallId(responseId: string | undefined, index: number): string {
  return `${prefix}${responseId === undefined ? '' : `${responseId}-`}${String(index)}`;
}

export function isMadeCallId(callId: string): boolean {
  return callId.startsWith(prefix);
}
