import type { JsonObject } from '../../contracts/chat.js';
import type { EncodedStep, StreamEncoder } from '../../contracts/behaviours/stream-encoder.js';
import type { MessageEnd, MessageStart, StreamEvent, Usage } from '../../contracts/stream-event.js';
import { commonErrorBody } from '../../kit/common-failure.js';
import { encodeCallEnd, encodeCallPiece, encodeCallStart } from './call-encoder.js';
import { annotationFrom, thoughtDelta } from './delta-encoder.js';
import type { Addition, ChatAnswerOptions, ChatEncoderState } from './encoder-state.js';
import { freshState } from './encoder-state.js';
import { wordOfFinish } from './finish-reason.js';
import { usageToWire } from './usage-encoder.js';
import { doneMark } from './wire.js';

/** Writes a streamed answer as Chat Completions chunks. */
export function openAiChatEncoder(options: ChatAnswerOptions): StreamEncoder<ChatEncoderState> {
  return {
    encode: (event, state) => encode(event, state ?? freshState, options),
    fail: (error) => [{ data: JSON.stringify(commonErrorBody(error)) }],
  };
}

function encode(event: StreamEvent, state: ChatEncoderState, options: ChatAnswerOptions): EncodedStep<ChatEncoderState> {
  if (event.type === 'message-end') return encodeEnd(event, state, options);
  if (event.type === 'text-delta' && event.logprobs === undefined && state.textChunk !== undefined) {
    const [before, after] = state.textChunk;
    return { frames: [{ data: before + JSON.stringify(event.text) + after }], notices: none, state };
  }
  const { delta, logprobs = null, notices = none, state: added } = additionOf(event, state, options);
  const next: ChatEncoderState = added === undefined ? state : { ...state, ...added };
  const frames = delta === undefined ? [] : [frameOf(pieceOf(next, options, delta, logprobs))];
  return { frames, notices, state: event.type === 'message-start' ? { ...next, textChunk: textChunkOf(next, options) } : next };
}

const none: readonly string[] = [];

function textChunkOf(state: ChatEncoderState, options: ChatAnswerOptions): readonly [string, string] {
  const whole = JSON.stringify(pieceOf(state, options, { content: '' }, null));
  // The last one: ids and models are texts of others.
  const at = whole.lastIndexOf('"content":""') + '"content":'.length;
  return [whole.slice(0, at), whole.slice(at + 2)];
}

function pieceOf(state: ChatEncoderState, options: ChatAnswerOptions, delta: JsonObject, logprobs: JsonObject | null): JsonObject {
  return chunkOf(state, options, [{ index: 0, delta, logprobs, finish_reason: null }]);
}

/** What an event says on this wire, in a stream and in a whole answer alike. */
export function additionOf(event: Exclude<StreamEvent, MessageEnd>, state: ChatEncoderState, options: ChatAnswerOptions): Addition {
  switch (event.type) {
    case 'message-start':
      return { delta: { role: 'assistant', content: '', refusal: null }, state: named(event) };
    case 'text-delta':
      return {
        delta: { content: event.text },
        ...(event.logprobs !== undefined && { logprobs: { content: event.logprobs, refusal: null } }),
      };
    case 'reasoning-delta':
      return thoughtDelta(event, state);
    case 'refusal-delta':
      return { delta: { refusal: event.text } };
    case 'tool-call-start':
      return encodeCallStart(event, state, options.customTools ?? new Set());
    case 'tool-call-delta':
      return encodeCallPiece(event, state);
    case 'tool-call-end':
      return encodeCallEnd(event, state);
    case 'citation':
      return annotationFrom(event);
    case 'file': {
      const url = event.url ?? `data:${event.mediaType};base64,${event.data ?? ''}`;
      if (!event.mediaType.startsWith('image/')) return { notices: [`file ${event.mediaType}`] };
      return { delta: { images: [{ type: 'image_url', image_url: { url } }] } };
    }
    case 'audio-delta': {
      const { data, transcript } = event;
      return { delta: { audio: { ...(data !== undefined && { data }), ...(transcript !== undefined && { transcript }) } } };
    }
    case 'usage': {
      const { type: _type, ...usage } = event;
      return { state: { usage } };
    }
    case 'server-tool':
      return { notices: event.phase === 'start' ? [`server-tool ${event.name}`] : [] };
    case 'provider-event':
      return { notices: [`provider-event ${event.name}`] };
  }
}

function named({ id, streamId, model }: MessageStart): Partial<ChatEncoderState> {
  return { id: id ?? streamId ?? 'chatcmpl-0', model };
}

function encodeEnd(end: MessageEnd, state: ChatEncoderState, options: ChatAnswerOptions): EncodedStep<ChatEncoderState> {
  const usage = end.usage ?? state.usage;
  const finish_reason = wordOfFinish(end.reason, end.providerReason);
  const chunks = [chunkOf(state, options, [{ index: 0, delta: {}, logprobs: null, finish_reason }])];
  if (options.includeUsage === true && usage !== undefined) {
    const { usage: _none, ...chunk } = chunkOf(state, options, []);
    chunks.push({ ...chunk, usage: usageToWire(usage) });
  }
  return { frames: [...chunks.map(frameOf), { data: doneMark }], notices: unsaidUsage(usage), state };
}

/** Counts that the wire has no field for. */
export function unsaidUsage(usage: Usage | undefined): readonly string[] {
  return usage?.toolUsePrompt === undefined ? [] : ['usage toolUsePrompt'];
}

function chunkOf(
  { id, model }: ChatEncoderState,
  { created, includeUsage }: ChatAnswerOptions,
  choices: readonly JsonObject[],
): JsonObject {
  return { id, object: 'chat.completion.chunk', created, model, choices, ...(includeUsage === true && { usage: null }) };
}

function frameOf(chunk: JsonObject): { readonly data: string } {
  return { data: JSON.stringify(chunk) };
}
