import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import type { AnswerPart, ChatAnswer } from '../../contracts/stream-event.js';
import { eventsOfAnswer } from '../../kit/answer-events.js';
import { asJson, listIn, recordIn, textIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { write } from './stream-encoder.js';
import type { WireEvent } from './writing.js';
import { penFor } from './writing.js';

export interface EncodedAnswer {
  readonly body: JsonObject;
  /** What the answer says and the wire cannot, as in `EncodedStep`. */
  readonly notices: readonly string[];
}

/** A whole answer: the message that its stream would have built. */
export function encodeMessagesAnswer(answer: ChatAnswer): EncodedAnswer {
  const pen = penFor();
  for (const event of eventsOfAnswer({ ...answer, content: answer.content.map(withBlock) })) write(event, pen);
  return { body: pen.events.reduce<JsonObject>(afterEvent, {}), notices: pen.notices };
}

export function encodeMessagesTokenCount(tokens: number): JsonObject {
  return { input_tokens: tokens };
}

/** A collected run keeps of its beginning only what it was asked, as the text that its pieces make; the id tells whose it is. */
function withBlock(part: AnswerPart): AnswerPart {
  if (part.type !== 'server-tool' || typeof part.data !== 'string') return part;
  const { callId: id, name } = part;
  const type = /^(srv|mcp)toolu_/.exec(id)?.[1];
  return type === undefined
    ? part
    : { ...part, data: { type: type === 'srv' ? 'server_tool_use' : 'mcp_tool_use', id, name, input: inputFrom(part.data) } };
}

function afterEvent(message: JsonObject, event: WireEvent): JsonObject {
  switch (event.type) {
    case 'message_start':
      return asJson(recordIn(event, 'message'));
    case 'content_block_start':
      return { ...message, content: [...blocksOf(message), asJson(recordIn(event, 'content_block'))] };
    case 'content_block_delta':
      return {
        ...message,
        content: blocksOf(message).with(-1, afterDelta(blocksOf(message).at(-1) ?? {}, asJson(recordIn(event, 'delta')))),
      };
    case 'message_delta': {
      const { type: _type, delta: _delta, usage: _usage, ...beside } = event;
      const usage = { ...recordIn(message, 'usage'), ...recordIn(event, 'usage') };
      return { ...message, ...asJson(recordIn(event, 'delta')), ...beside, usage: asJson(usage) };
    }
    default:
      return message;
  }
}

function blocksOf(message: JsonObject): readonly JsonObject[] {
  return listIn(message, 'content').filter(isRecord).map(asJsonObject);
}

function asJsonObject(record: Readonly<Record<string, unknown>>): JsonObject {
  return asJson(record);
}

function afterDelta(block: JsonObject, delta: JsonObject): JsonObject {
  switch (delta['type']) {
    case 'text_delta':
      return { ...block, text: joined(block, 'text', delta['text']) };
    case 'thinking_delta':
      return { ...block, thinking: joined(block, 'thinking', delta['thinking']) };
    case 'signature_delta':
      return { ...block, signature: delta['signature'] ?? '' };
    case 'input_json_delta':
      return { ...block, input: inputFrom(textIn(delta, 'partial_json') ?? '') };
    default:
      return { ...block, citations: [...listIn(block, 'citations').map(asJson), delta['citation'] ?? null] };
  }
}

function joined(block: JsonObject, name: string, piece: JsonValue | undefined): string {
  return (textIn(block, name) ?? '') + (typeof piece === 'string' ? piece : '');
}

/** A whole answer has whole arguments. */
function inputFrom(json: string): JsonValue {
  const input = jsonFrom(json);
  return isRecord(input) ? asJson(input) : {};
}
