import { carriedMark } from '../../kit/carried.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { rewritten } from '../../kit/rewritten-body.js';

/** Fields that vendors of this wire have added to it. */
const thoughtFields = ['reasoning_content', 'reasoning_details'];

/**
 * A request without the thoughts of providers of other wires: an answer that holds something which this gateway carried for one
 * was that provider's, and so were its thoughts. All other thoughts stay: some vendors of this wire want them back.
 */
export function withoutForeignThoughts(body: Uint8Array): Uint8Array {
  return rewritten(body, [carriedMark], (request) => {
    if (!Array.isArray(request['messages'])) return request;
    return {
      ...request,
      messages: listIn(request, 'messages').map((message) => (isForeign(message) ? withoutThoughts(message) : message)),
    };
  });
}

function isForeign(message: unknown): message is JsonRecord {
  return isRecord(message) && listIn(message, 'reasoning_details').some(isCarried);
}

function isCarried(detail: unknown): boolean {
  return isRecord(detail) && textIn(detail, 'data')?.startsWith(carriedMark) === true;
}

function withoutThoughts(message: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !thoughtFields.includes(name)));
}
