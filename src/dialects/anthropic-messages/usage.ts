import type { FinishReason, Usage } from '../../contracts/stream-event.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { numberIn, recordIn } from '../../kit/json-fields.js';

/** The wire's own counts, as far as they were told. Every report of them is cumulative: a later one replaces what it names. */
export interface TokenCounts {
  /** Without what a cache gave or took. */
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: number;
  /** Counted in `output`. */
  readonly thinking?: number;
}

export function countsAfter(before: TokenCounts, usage: JsonRecord): TokenCounts {
  return {
    ...before,
    ...told('input', numberIn(usage, 'input_tokens')),
    ...told('cacheRead', numberIn(usage, 'cache_read_input_tokens')),
    ...told('cacheWrite', numberIn(usage, 'cache_creation_input_tokens')),
    ...told('output', numberIn(usage, 'output_tokens')),
    ...told('thinking', numberIn(recordIn(usage, 'output_tokens_details'), 'thinking_tokens')),
  };
}

/** Anthropic counts cached tokens beside the input; our `input` is all that the model read. */
export function usageFrom({ input, cacheRead, cacheWrite, output, thinking }: TokenCounts): Usage | undefined {
  const parts = [input, cacheRead, cacheWrite].filter((count) => count !== undefined);
  if (parts.length === 0 && output === undefined) return undefined;
  return {
    ...(parts.length > 0 && { input: parts.reduce((sum, count) => sum + count, 0) }),
    ...told('output', output),
    ...told('cacheRead', cacheRead),
    ...told('cacheWrite', cacheWrite),
    ...told('reasoning', thinking),
  };
}

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'content-filter'],
  ['pause_turn', 'pause'],
  // With `pause_after_compaction` the answer stops behind the summary and goes on with the next request.
  ['compaction', 'pause'],
]);

export function reasonFrom(stopReason: string | undefined): FinishReason {
  return reasons.get(stopReason ?? '') ?? 'other';
}

function told<Name extends string>(name: Name, count: number | undefined): { readonly [K in Name]?: number } {
  return count === undefined ? {} : ({ [name]: count } as { readonly [K in Name]: number });
}
