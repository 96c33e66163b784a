import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import { numberIn, textIn } from '../../kit/json-fields.js';
import { isJsonObject, recordsAt } from './wire.js';

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

/** The same in the words of this wire. */
export function logprobsToWire(logprobs: readonly JsonValue[]): JsonObject {
  const tokens = logprobs.filter(isJsonObject);
  return {
    chosenCandidates: tokens.map(candidateFrom),
    topCandidates: tokens.map((token) => ({ candidates: recordsAt(token, 'top_logprobs').map(candidateFrom) })),
  };
}

function candidateFrom(token: JsonObject): JsonObject {
  return { token: textIn(token, 'token') ?? '', logProbability: numberIn(token, 'logprob') ?? 0 };
}
