import type { JsonObject } from '../../contracts/chat.js';
import type { Usage } from '../../contracts/stream-event.js';

/** What the provider did not count is left out, not written as 0. */
export function usageToWire({ input, output, cacheRead, cacheWrite, reasoning }: Usage): JsonObject {
  const prompt = {
    ...(cacheRead !== undefined && { cached_tokens: cacheRead }),
    ...(cacheWrite !== undefined && { cache_write_tokens: cacheWrite }),
  };
  return {
    ...(input !== undefined && { prompt_tokens: input }),
    ...(output !== undefined && { completion_tokens: output }),
    ...(input !== undefined && output !== undefined && { total_tokens: input + output }),
    ...(Object.keys(prompt).length > 0 && { prompt_tokens_details: prompt }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
