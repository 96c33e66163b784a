import { crc32 } from 'node:zlib';

import type { JsonObject } from '../../../contracts/chat.js';

/** Frames of `application/vnd.amazon.eventstream`, made by hand after the wire's description; reading them is left to the vendor's package. */
export function eventFrame(name: string, payload: JsonObject): Buffer {
  return frame({ ':message-type': 'event', ':event-type': name, ':content-type': 'application/json' }, payload);
}

export function exceptionFrame(name: string, message: string): Buffer {
  return frame({ ':message-type': 'exception', ':exception-type': name, ':content-type': 'application/json' }, { message });
}

function frame(headers: Readonly<Record<string, string>>, payload: JsonObject): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => headerBytes(name, value)));
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  const checked = Buffer.concat([prelude, checksum(prelude), head, body]);
  return Buffer.concat([checked, checksum(checked)]);
}

const textType = 7;

function headerBytes(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name), Buffer.from([textType]), length, Buffer.from(value)]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
