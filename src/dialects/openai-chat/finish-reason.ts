import type { FinishReason } from '../../contracts/stream-event.js';

const reasons: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
  // Our own word to clients: the wire knows no answer that waits to be gone on with.
  ['pause', 'pause'],
]);

const words: Readonly<Partial<Record<FinishReason, string>>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  pause: 'pause',
};

export function finishReasonFrom(word: string): FinishReason {
  return reasons.get(word) ?? 'other';
}

/** The wire's word. A provider's own stands where there is none, unless it means something else here. */
export function wordOfFinish(reason: FinishReason, providerReason: string | undefined): string {
  const word = words[reason];
  if (word !== undefined) return word;
  return providerReason === undefined || reasons.get(providerReason) !== undefined ? 'other' : providerReason;
}
