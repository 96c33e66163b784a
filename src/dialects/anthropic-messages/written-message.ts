import type { JsonObject } from '../../contracts/chat.js';
import type { FinishReason, MessageEnd, Usage } from '../../contracts/stream-event.js';
import { asJson, recordIn } from '../../kit/json-fields.js';
import { reasonFrom } from './usage.js';
import type { Pen } from './writing.js';

/** `message_start`, if it was not written yet. */
export function writeStart(pen: Pen): void {
  const { start, hasBegun, usage, startDetails } = pen.state;
  if (hasBegun) return;
  const { start: _start, ...rest } = pen.state;
  pen.state = { ...rest, hasBegun: true };
  pen.events.push({
    type: 'message_start',
    message: {
      id: start?.id ?? `msg_${start?.streamId ?? 'without_id'}`,
      type: 'message',
      role: 'assistant',
      model: start?.model ?? '',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...startDetails,
      // Clients add up numbers that the wire always has.
      usage: { input_tokens: 0, output_tokens: 0, ...usageOf(usage ?? {}), ...asJson(recordIn(startDetails, 'usage')) },
    },
  });
}

/** Fields that stand beside `delta` and not in it. */
const besideDelta: readonly string[] = ['usage', 'context_management'];

export function writeEnd({ reason, providerReason, usage = {} }: MessageEnd, pen: Pen): void {
  const { endDetails, hasRefused } = pen.state;
  const counts = { ...pen.state.usage, ...usage };
  if (counts.toolUsePrompt !== undefined) pen.notices.push('usage toolUsePrompt');
  const inDelta = Object.entries(endDetails).filter(([name]) => !besideDelta.includes(name));
  const context = endDetails['context_management'];
  pen.events.push(
    {
      type: 'message_delta',
      delta: {
        stop_reason: stopReasonOf(hasRefused && reason === 'stop' ? 'content-filter' : reason, providerReason),
        stop_sequence: null,
        ...Object.fromEntries(inDelta),
      },
      ...(context !== undefined && { context_management: context }),
      usage: { output_tokens: 0, ...usageOf(counts), ...asJson(recordIn(endDetails, 'usage')) },
    },
    { type: 'message_stop' },
  );
}

const stopReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  pause: 'pause_turn',
  other: 'other',
};

/** The provider's own word where this wire has it, or where no word of this wire says it. */
function stopReasonOf(reason: FinishReason, word: string | undefined): string {
  return word !== undefined && /^\w{1,60}$/.test(word) && reasonFrom(word) === reason ? word : stopReasons[reason];
}

/** The wire counts what a cache gave or took beside the input. */
function usageOf({ input, output, cacheRead, cacheWrite, reasoning }: Usage): JsonObject {
  return {
    ...(input !== undefined && { input_tokens: Math.max(0, input - (cacheRead ?? 0) - (cacheWrite ?? 0)) }),
    ...(cacheWrite !== undefined && { cache_creation_input_tokens: cacheWrite }),
    ...(cacheRead !== undefined && { cache_read_input_tokens: cacheRead }),
    ...(output !== undefined && { output_tokens: output }),
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}
