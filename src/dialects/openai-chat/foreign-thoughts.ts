import { carriedMark } from '../../kit/carried.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { rewritten } from '../../kit/rewritten-body.js';

/** Fields that vendors of this wire have added to it; its own vendor knows neither. */
const thoughtFields = ['reasoning_content', 'reasoning_details'];

/** A request without what this gateway carried for providers of other wires. */
export function withoutCarriedThoughts(body: Uint8Array): Uint8Array {
  return rewritten(body, [carriedMark], (request) => withMessages(request, withoutCarried));
}

/** A request without any thoughts of earlier answers. */
export function withoutThoughts(body: Uint8Array): Uint8Array {
  return rewritten(
    body,
    thoughtFields.map((name) => `"${name}"`),
    (request) => withMessages(request, (message) => without(message, thoughtFields)),
  );
}

function withMessages(request: JsonRecord, change: (message: JsonRecord) => JsonRecord): JsonRecord {
  if (!Array.isArray(request['messages'])) return request;
  return { ...request, messages: listIn(request, 'messages').map((message) => (isRecord(message) ? change(message) : message)) };
}

function withoutCarried(message: JsonRecord): JsonRecord {
  if (!Array.isArray(message['reasoning_details'])) return message;
  const kept = listIn(message, 'reasoning_details').filter((detail) => !isCarried(detail));
  return kept.length === 0 ? without(message, ['reasoning_details']) : { ...message, reasoning_details: kept };
}

function isCarried(detail: unknown): boolean {
  return isRecord(detail) && textIn(detail, 'data')?.startsWith(carriedMark) === true;
}

function without(message: JsonRecord, names: readonly string[]): JsonRecord {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !names.includes(name)));
}
