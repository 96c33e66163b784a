import type { JsonRecord } from './json-fields.js';
import { isRecord, jsonFrom } from './read-body.js';

/** A JSON body with something in it changed. One that holds none of the marks is not read and stays byte by byte. */
export function rewritten(body: Uint8Array, marks: readonly string[], rewrite: (request: JsonRecord) => JsonRecord): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!marks.some((mark) => text.includes(mark))) return body;
  const request = jsonFrom(text.toString('utf8'));
  return isRecord(request) ? Buffer.from(JSON.stringify(rewrite(request))) : body;
}
