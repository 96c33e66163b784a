import type { EncodedStep, StreamEncoder } from '../../contracts/behaviours/stream-encoder.js';
import type { JsonObject } from '../../contracts/chat.js';
import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { MessageEnd, MessageStart, StreamEvent, Usage } from '../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import { commonErrorBody } from '../../kit/common-failure.js';
import { finishCalls, writeCallEnd, writeCallPiece, writeCallStart } from './call-encoder.js';
import type { Pen, ResponsesAnswerOptions, ResponsesEncoderState } from './encoder-state.js';
import { freshEncoderState, write } from './encoder-state.js';
import { whyIncomplete } from './finish-reason.js';
import { finishMessage, writeCitation, writeRefusal, writeText } from './message-encoder.js';
import { writeFile, writeProviderEvent, writeServerTool } from './provider-item-encoder.js';
import { finishThought, writeThought } from './thought-encoder.js';

/** Writes a streamed answer as events of a response. */
export function openAiResponsesEncoder(options: ResponsesAnswerOptions): StreamEncoder<ResponsesEncoderState> {
  return {
    encode: (event, state) => encode(event, state ?? freshEncoderState, options),
    fail: (error, state) => failureFrames(error, state ?? freshEncoderState, options),
  };
}

function encode(event: StreamEvent, state: ResponsesEncoderState, options: ResponsesAnswerOptions): EncodedStep<ResponsesEncoderState> {
  const pen: Pen = { options, state, frames: [], notices: [] };
  finishOthers(pen, event);
  writeEvent(pen, event);
  return { frames: pen.frames, notices: pen.notices, state: pen.state };
}

/**
 * One thing after another, as clients of this wire know it: a thought ends where something else begins, and so does what is
 * said. Only calls may go on side by side.
 */
function finishOthers(pen: Pen, { type }: StreamEvent): void {
  if (!beginsAnother.has(type)) return;
  if (type !== 'reasoning-delta') finishThought(pen);
  if (!isSpoken.has(type)) finishMessage(pen);
}

const isSpoken: ReadonlySet<StreamEvent['type']> = new Set(['text-delta', 'refusal-delta', 'citation']);
const beginsAnother: ReadonlySet<StreamEvent['type']> = new Set([
  ...isSpoken,
  'reasoning-delta',
  'tool-call-start',
  'server-tool',
  'file',
  'message-end',
]);

function writeEvent(pen: Pen, event: StreamEvent): void {
  switch (event.type) {
    case 'message-start': {
      writeStart(pen, event);
      return;
    }
    case 'text-delta': {
      writeText(pen, event.part, event.text, event.logprobs);
      return;
    }
    case 'reasoning-delta': {
      writeThought(pen, event);
      return;
    }
    case 'refusal-delta': {
      writeRefusal(pen, event.part, event.text);
      return;
    }
    case 'tool-call-start': {
      writeCallStart(pen, event);
      return;
    }
    case 'tool-call-delta': {
      writeCallPiece(pen, event);
      return;
    }
    case 'tool-call-end': {
      writeCallEnd(pen, event);
      return;
    }
    case 'citation': {
      writeCitation(pen, event);
      return;
    }
    case 'file': {
      writeFile(pen, event);
      return;
    }
    case 'audio-delta':
      if (event.data !== undefined) write(pen, 'response.audio.delta', { delta: event.data });
      if (event.transcript !== undefined) write(pen, 'response.audio.transcript.delta', { delta: event.transcript });
      return;
    case 'server-tool': {
      writeServerTool(pen, event);
      return;
    }
    case 'provider-event': {
      writeProviderEvent(pen, event);
      return;
    }
    case 'usage': {
      const { type: _type, ...usage } = event;
      pen.state = { ...pen.state, usage };
      return;
    }
    case 'message-end': {
      writeEnd(pen, event);
      return;
    }
  }
}

function writeStart(pen: Pen, { id, streamId, model }: MessageStart): void {
  pen.state = { ...pen.state, id: id ?? streamId ?? 'resp_0', model };
  const response = responseOf(pen, { status: 'in_progress' });
  write(pen, 'response.created', { response });
  write(pen, 'response.in_progress', { response });
}

function writeEnd(pen: Pen, { reason, providerReason, usage = pen.state.usage }: MessageEnd): void {
  finishCalls(pen);
  if (usage?.toolUsePrompt !== undefined) pen.notices.push('usage toolUsePrompt');
  const told = usage === undefined ? {} : { usage: usageToWire(usage) };
  const why = whyIncomplete(reason, providerReason);
  if (why === undefined) write(pen, 'response.completed', { response: responseOf(pen, { status: 'completed', ...told }) });
  else
    write(pen, 'response.incomplete', {
      response: responseOf(pen, { status: 'incomplete', incomplete_details: { reason: why }, ...told }),
    });
}

/** The end of the response, and the event that the vendor's own clients throw: they take the former for an answer. */
function failureFrames(error: MaestroError, state: ResponsesEncoderState, options: ResponsesAnswerOptions): readonly ServerSentEvent[] {
  const pen: Pen = { options, state, frames: [], notices: [] };
  const { error: report = null } = commonErrorBody(error);
  const { code = null, message = null, param = null } = { ...(report as JsonObject | null) };
  write(pen, 'response.failed', { response: responseOf(pen, { status: 'failed', error: { code, message } }) });
  write(pen, 'error', { code, message, param, error: report });
  return pen.frames;
}

function responseOf({ state, options }: Pen, fields: JsonObject): JsonObject {
  return {
    id: state.id,
    object: 'response',
    created_at: options.created,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: state.model,
    output: state.output,
    parallel_tool_calls: true,
    store: false,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: null,
    ...fields,
  };
}

/** What the provider did not count is left out, not written as 0. */
function usageToWire({ input, output, cacheRead, cacheWrite, reasoning }: Usage): JsonObject {
  const details = {
    ...(cacheRead !== undefined && { cached_tokens: cacheRead }),
    ...(cacheWrite !== undefined && { cache_write_tokens: cacheWrite }),
  };
  return {
    ...(input !== undefined && { input_tokens: input }),
    ...(Object.keys(details).length > 0 && { input_tokens_details: details }),
    ...(output !== undefined && { output_tokens: output }),
    ...(reasoning !== undefined && { output_tokens_details: { reasoning_tokens: reasoning } }),
    ...(input !== undefined && output !== undefined && { total_tokens: input + output }),
  };
}
