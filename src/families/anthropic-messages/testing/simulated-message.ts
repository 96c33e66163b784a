import type { JsonObject } from '../../../contracts/chat.js';

/** A message of the wire; hand-made, after its documentation. Streamed and whole answers are both made from it. */
export interface SimulatedMessage {
  readonly model: string;
  readonly content: readonly SimulatedBlock[];
  readonly stopReason: string;
  readonly stopDetails?: JsonObject;
}

export type SimulatedBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: JsonObject };

const inputUsage = { input_tokens: 21, cache_creation_input_tokens: 4, cache_read_input_tokens: 8 };
const usage = { ...inputUsage, output_tokens: 34, output_tokens_details: { thinking_tokens: 5 } };

export function wholeMessage({ model, content, stopReason, stopDetails }: SimulatedMessage): JsonObject {
  return {
    id: 'msg_simulated',
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    ...(stopDetails !== undefined && { stop_details: stopDetails }),
    usage,
  };
}

/** The same message as the events of a stream. */
export function streamedMessage(message: SimulatedMessage): readonly string[] {
  const { model, content, stopReason, stopDetails = null } = message;
  const opening = { ...wholeMessage(message), content: [], stop_reason: null, usage: { ...inputUsage, output_tokens: 1 } };
  return [
    wireEvent({ type: 'message_start', message: { ...opening, model } }),
    wireEvent({ type: 'ping' }),
    ...content.flatMap(blockEvents),
    wireEvent({ type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null, stop_details: stopDetails }, usage }),
    wireEvent({ type: 'message_stop' }),
  ];
}

export function wireEvent(data: { readonly type: string } & JsonObject): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function blockEvents(block: SimulatedBlock, index: number): readonly string[] {
  return [
    wireEvent({ type: 'content_block_start', index, content_block: emptied(block) }),
    ...deltasOf(block).map((delta) => wireEvent({ type: 'content_block_delta', index, delta })),
    wireEvent({ type: 'content_block_stop', index }),
  ];
}

function emptied(block: SimulatedBlock): JsonObject {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'redacted_thinking':
      return { ...block };
    case 'tool_use':
      return { ...block, input: {} };
  }
}

function deltasOf(block: SimulatedBlock): readonly JsonObject[] {
  switch (block.type) {
    case 'text':
      return words(block.text).map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        ...words(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block.signature },
      ];
    case 'redacted_thinking':
      return [];
    case 'tool_use':
      return ['', ...fragments(block.input)].map((json) => ({ type: 'input_json_delta', partial_json: json }));
  }
}

function words(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}

/** Arguments come in pieces that stop anywhere, and no arguments as no piece. */
function fragments(input: JsonObject): readonly string[] {
  return Object.keys(input).length === 0 ? [] : (JSON.stringify(input).match(/.{1,6}/gsu) ?? []);
}
