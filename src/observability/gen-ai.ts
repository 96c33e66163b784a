import type { Attributes } from '@opentelemetry/api';

import type { Usage } from '../contracts/stream-event.js';
import type { WireOperation } from '../contracts/wire-request.js';
import type { AnswerFacts } from './answer-facts.js';

// Names and meanings: OpenTelemetry's semantic conventions for generative AI, github.com/open-telemetry/semantic-conventions-genai.

/** Those that the conventions have no word for keep ours. */
export function operationOf(operation: WireOperation): string {
  return operation.replace('-', '_');
}

export function attributesOfAnswer({ model, responseId, reason }: AnswerFacts, firstSeconds: number | undefined): Attributes {
  return {
    ...(model !== undefined && { 'gen_ai.response.model': model }),
    ...(responseId !== undefined && { 'gen_ai.response.id': responseId }),
    ...(reason !== undefined && { 'gen_ai.response.finish_reasons': [reason] }),
    ...(firstSeconds !== undefined && { 'gen_ai.response.time_to_first_chunk': firstSeconds }),
  };
}

/** Cache reads and writes are counted in the input, as the conventions want it. */
export function attributesOfUsage({ input, output, cacheRead, cacheWrite, reasoning }: Usage): Attributes {
  return {
    ...(input !== undefined && { 'gen_ai.usage.input_tokens': input }),
    ...(output !== undefined && { 'gen_ai.usage.output_tokens': output }),
    ...(cacheRead !== undefined && { 'gen_ai.usage.cache_read.input_tokens': cacheRead }),
    ...(cacheWrite !== undefined && { 'gen_ai.usage.cache_creation.input_tokens': cacheWrite }),
    ...(reasoning !== undefined && { 'gen_ai.usage.reasoning.output_tokens': reasoning }),
  };
}
