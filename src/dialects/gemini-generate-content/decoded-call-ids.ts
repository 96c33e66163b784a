import { madeCallId } from './call-id.js';

/** Gives calls without an id one, the same to their results: a result without an id answers the first open call of its function. */
export interface CallIds {
  ofCall(id: string | undefined, name: string): string;
  ofResult(id: string | undefined, name: string): string;
}

export function callIds(): CallIds {
  const open: { readonly name: string; readonly callId: string }[] = [];
  let made = 0;
  const next = (): string => {
    made += 1;
    return madeCallId(undefined, made - 1);
  };
  return {
    ofCall(id, name) {
      const callId = id ?? next();
      open.push({ name, callId });
      return callId;
    },
    ofResult(id, name) {
      const at = open.findIndex((call) => (id === undefined ? call.name === name : call.callId === id));
      const [call] = at < 0 ? [] : open.splice(at, 1);
      return id ?? call?.callId ?? next();
    },
  };
}
