import { isRecord } from '../requests/json.js';
import { Owner } from './owner.js';

/** What is said about an answer under way, to whichever gateway gives it; nobody answers. */
export const controlPattern = 'maestro.chat.control';

export interface Control {
  readonly owner: Owner;
  /** The stream's id, or the `requestId` that it was asked for with. */
  readonly streamId: string;
  /** Events that were taken so far. */
  readonly received?: number;
  readonly cancel?: boolean;
}

/** A reader shows its key, a gateway that passes something on the digest of one; `undefined` for what is neither. */
export function controlFrom(payload: unknown): Control | undefined {
  if (!isRecord(payload) || !isRecord(payload['data'])) return undefined;
  const { key, owner = typeof key === 'string' ? Owner.of(key) : undefined, data } = payload;
  const { streamId, received, cancel } = data;
  if (!Owner.is(owner) || typeof streamId !== 'string') return undefined;
  return {
    owner,
    streamId,
    ...(typeof received === 'number' && Number.isSafeInteger(received) && { received }),
    ...(cancel === true && { cancel }),
  };
}

export function payloadOf({ owner, ...data }: Control): { readonly owner: Owner; readonly data: Omit<Control, 'owner'> } {
  return { owner, data };
}
