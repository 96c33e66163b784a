import type { FinishReason } from '../../contracts/stream-event.js';

const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
};

export function finishReasonFrom(word: string): FinishReason {
  return reasons[word] ?? 'other';
}
