import { carriedMark } from '../../kit/carried.js';
import { listIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { rewritten } from '../../kit/rewritten-body.js';
import { ownThoughtPrefix } from './wire.js';

/**
 * A request without the thoughts of providers of other wires, which clients give back as they got them from us: no provider of
 * this wire can read them. Everything else stays.
 */
export function withoutForeignItems(body: Uint8Array): Uint8Array {
  return rewritten(body, [carriedMark, ownThoughtPrefix], (request) =>
    Array.isArray(request['input']) ? { ...request, input: listIn(request, 'input').filter((item) => !isForeign(item)) } : request,
  );
}

function isForeign(item: unknown): boolean {
  if (!isRecord(item) || item['type'] !== 'reasoning') return false;
  const isCarried = textIn(item, 'encrypted_content')?.startsWith(carriedMark) === true;
  return isCarried || textIn(item, 'id')?.startsWith(ownThoughtPrefix) === true;
}
