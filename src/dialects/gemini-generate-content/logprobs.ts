import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import { numberIn, textIn } from '../../kit/json-fields.js';
import { recordsAt } from './wire.js';

/** Each chosen token with what else it could have been, in the words that the other wires use: `token`, `logprob`, `top_logprobs`. */
export function logprobsFromWire(result: JsonObject): readonly JsonValue[] {
  const alternatives = recordsAt(result, 'topCandidates');
  return recordsAt(result, 'chosenCandidates').map((chosen, index) => ({
    ...tokenFrom(chosen),
    top_logprobs: recordsAt(alternatives[index] ?? {}, 'candidates').map(tokenFrom),
  }));
}

function tokenFrom(candidate: JsonObject): { readonly token: string; readonly logprob: number } {
  return { token: textIn(candidate, 'token') ?? '', logprob: numberIn(candidate, 'logProbability') ?? 0 };
}
