import type { Usage } from '../../contracts/stream-event.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { numberIn, recordIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';

/** `usage` of a response; input counts what came from a cache, output what the model thought. */
export function usageOf(response: JsonRecord): Usage | undefined {
  const usage = response['usage'];
  if (!isRecord(usage)) return undefined;
  const input = numberIn(usage, 'input_tokens');
  const output = numberIn(usage, 'output_tokens');
  const cacheRead = numberIn(recordIn(usage, 'input_tokens_details'), 'cached_tokens');
  const cacheWrite = numberIn(recordIn(usage, 'input_tokens_details'), 'cache_write_tokens') ?? 0;
  const reasoning = numberIn(recordIn(usage, 'output_tokens_details'), 'reasoning_tokens');
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    // Written as 0 also where writes are not counted.
    ...(cacheWrite > 0 && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning }),
  };
}
