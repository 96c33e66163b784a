import type { Usage } from '../../contracts/stream-event.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { numberIn, recordIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { recordsIn } from './wire.js';

/** What a chunk tells of tokens. One vendor puts it under a name of its own, another into the choice that finishes. */
export function usageOf(chunk: JsonRecord): Usage | undefined {
  if (isRecord(chunk['usage'])) return usageFromWire(chunk['usage']);
  const asides = [recordIn(chunk, 'x_groq'), ...recordsIn(chunk, 'choices')].map((aside) => aside['usage']);
  const aside = asides.find((usage) => isRecord(usage));
  return aside === undefined ? undefined : usageFromWire(aside);
}

function usageFromWire(usage: JsonRecord): Usage {
  const prompt = recordIn(usage, 'prompt_tokens_details');
  const completion = recordIn(usage, 'completion_tokens_details');
  const input = numberIn(usage, 'prompt_tokens');
  const output = numberIn(usage, 'completion_tokens');
  const reasoning = numberIn(completion, 'reasoning_tokens') ?? countIn(usage, ['reasoning_tokens']);
  const cacheRead = numberIn(prompt, 'cached_tokens') ?? countIn(usage, ['cached_tokens', 'num_cached_tokens', 'prompt_cache_hit_tokens']);
  const cacheWrite = countIn(prompt, ['cache_write_tokens']);
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output: output + reasoningBeside(usage, input, output, reasoning) }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning }),
  };
}

/** A count under one of the names that vendors made up. Those who never count write 0 there, which then tells nothing. */
function countIn(usage: JsonRecord, names: readonly string[]): number | undefined {
  return names.map((name) => numberIn(usage, name)).find((count) => count !== undefined && count > 0);
}

/** Some vendors count what the model thought beside `completion_tokens` instead of in it; the total gives them away. */
function reasoningBeside(usage: JsonRecord, input: number | undefined, output: number, reasoning: number | undefined): number {
  if (input === undefined || reasoning === undefined || reasoning === 0) return 0;
  return numberIn(usage, 'total_tokens') === input + output + reasoning ? reasoning : 0;
}
