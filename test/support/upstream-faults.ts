import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** How much of it comes where a fault is a matter of quantity. */
export interface Volumes {
  /** Of a line, or of a body. */
  readonly bytes: number;
  readonly lines: number;
  /** What a compressed body unpacks to. */
  readonly unpacked: number;
}

/** One request, and who asks. */
export interface Attack {
  readonly socket: Socket;
  /** An answer in the wire that was asked in, up to what the model said. */
  readonly begun: string;
  /** What ends that answer. */
  readonly rest: string;
  /** What the request was authorised with; a fault says it wherever somebody might repeat it. */
  readonly credential: string;
  readonly volumes: Volumes;
  readonly elsewhere: string;
}

type Fault = (attack: Attack) => void | Promise<void>;

const eventStream = 'text/event-stream';

function head(status: string, fields: Readonly<Record<string, string>> = {}, type = eventStream): string {
  const all = { 'content-type': type, connection: 'close', ...fields };
  return `HTTP/1.1 ${status}\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}

const ok = head('200 OK');
const chunked = head('200 OK', { 'transfer-encoding': 'chunked' });

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** The body ends with the connection. */
const says =
  (body: (attack: Attack) => string | Buffer, start = ok): Fault =>
  (attack) => {
    attack.socket.write(start);
    attack.socket.end(body(attack));
  };

const refuses =
  (status: string, message: string, fields: Readonly<Record<string, string>> = {}): Fault =>
  ({ socket, credential }) => {
    const body = JSON.stringify({ error: { type: 'error', code: 'some', message: `${message} ${credential}` } });
    socket.end(head(status, { 'content-length': String(Buffer.byteLength(body)), ...fields }, 'application/json') + body);
  };

/** Not before it was sent: what is reset takes along what waits to be sent. */
const resetAfter = (text: (attack: Attack) => string): Fault => {
  return (attack) => {
    attack.socket.write(text(attack), () => setTimeout(() => attack.socket.resetAndDestroy(), 20));
  };
};

/** It takes more, or nothing any more. */
async function room(socket: Socket): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]).catch(() => undefined);
  over.abort();
}

async function pour({ socket }: Attack, piece: string | Buffer, times: number): Promise<void> {
  const bytes = Buffer.from(piece);
  for (let time = 0; time < times && !socket.destroyed; time += 1) {
    if (socket.write(bytes)) continue;
    await room(socket);
  }
}

/** After the head, so much of one piece as the volume asks for, and then the end. */
const floods =
  (piece: string | Buffer, bytesOf: (volumes: Volumes) => number, { start = '', end = '' } = {}): Fault =>
  async (attack) => {
    attack.socket.write(ok + attack.begun + start);
    await pour(attack, piece, Math.ceil(bytesOf(attack.volumes) / Buffer.byteLength(piece)));
    if (!attack.socket.destroyed) attack.socket.end(end);
  };

const kibi64 = 64 * 1024;

let bomb: { readonly unpacked: number; readonly bytes: Buffer } | undefined;

function bombOf(unpacked: number): Buffer {
  // Compressed pieces one after the other are one compressed file.
  const piece = gzipSync(Buffer.alloc(16 * 1024 * 1024, 0x20), { level: 9 });
  const count = Math.ceil(unpacked / (16 * 1024 * 1024));
  if (bomb?.unpacked !== unpacked) bomb = { unpacked, bytes: Buffer.concat(Array.from({ length: count }, () => piece)) };
  return bomb.bytes;
}

/** Ways in which a provider, or what stands before it, misbehaves. */
export const faults = {
  none: says(({ begun, rest }) => begun + rest),

  'reset before the answer': ({ socket }) => {
    socket.resetAndDestroy();
  },
  'reset within the head': resetAfter(() => 'HTTP/1.1 200 OK\r\ncontent-type: text/ev'),
  'hang up before the answer': ({ socket }) => {
    socket.end();
  },
  'reset in the middle': resetAfter(({ begun }) => chunked + chunk(begun)),
  'hang up in the middle': ({ socket, begun }) => {
    socket.end(chunked + chunk(begun));
  },
  'shorter than promised': ({ socket, begun }) => {
    socket.end(head('200 OK', { 'content-length': '1000000' }) + begun);
  },
  'half closed': ({ socket, begun }) => {
    // The other half stays open: nobody says that the connection is over.
    socket.write(ok + begun);
    socket.end();
  },
  'silence before the answer': () => undefined,
  'silence in the middle': ({ socket, begun }) => {
    socket.write(ok + begun);
  },
  'slow drip': async ({ socket, begun, rest }) => {
    socket.setNoDelay(true);
    socket.write(ok);
    for (const byte of Buffer.from(begun + rest)) {
      socket.write(Buffer.of(byte));
      await nextTurn();
    }
    socket.end();
  },

  'no terminal event': says(({ begun }) => begun),
  'cut within an event': says(({ begun, rest }) => begun + rest.slice(0, Math.floor(rest.indexOf('}') / 2))),
  'nothing in the body': says(() => ''),
  'malformed json': says(({ begun, credential }) => `${begun}data: {"oops": ${credential} }\n\n`),
  'malformed json at once': says(({ credential }) => `data: {"oops": ${credential}\n\n`),
  'json of another kind': says(({ begun }) => `${begun}data: [1, 2, null]\n\n`),
  'html instead': says(
    ({ credential }) => `<html><body>Sign in, ${credential}</body></html>`,
    head('200 OK', {}, 'text/html; charset=utf-8'),
  ),
  'error with status 200': says(
    ({ credential }) => JSON.stringify({ error: { type: 'error', code: 500, status: 'INTERNAL', message: credential } }),
    head('200 OK', {}, 'application/json'),
  ),
  'no content': ({ socket }) => {
    socket.end(head('204 No Content'));
  },
  'garbage after the end': says(
    ({ begun, rest, credential }) => `${begun}${rest}data: {"oops": ${credential}\n\n<html>\n\nevent: error\n\n`,
  ),
  'reset after the end': resetAfter(({ begun, rest }) => chunked + chunk(begun + rest)),
  'carriage returns only': says(({ begun, rest }) => (begun + rest).replaceAll('\n', '\r')),
  'carriage returns and feeds': says(({ begun, rest }) => `\uFEFF${(begun + rest).replaceAll('\n', '\r\n')}`),
  'bytes that are no text': says(({ begun, rest }) => {
    const place = Buffer.from(begun).indexOf('much');
    const bytes = Buffer.from(begun + rest);
    bytes.set([0xff, 0xc0, 0x80, 0xfe], place);
    return bytes;
  }),
  'no text at all': says(() => Buffer.alloc(kibi64, 0xff)),

  'one endless line': floods('x'.repeat(kibi64), ({ bytes }) => bytes, { start: 'data: ' }),
  'empty data lines': floods('data:\n'.repeat(10_000), ({ lines }) => lines * 6),
  'empty events': floods('data:\n\n'.repeat(10_000), ({ lines }) => lines * 7),
  comments: floods(': ping\n'.repeat(10_000), ({ lines }) => lines * 7),
  'lines that are no field': floods('x\n'.repeat(10_000), ({ lines }) => lines * 2),
  'gzip bomb': (attack) => {
    attack.socket.end(Buffer.concat([Buffer.from(head('200 OK', { 'content-encoding': 'gzip' })), bombOf(attack.volumes.unpacked)]));
  },
  'damaged gzip': says(({ begun }) => gzipSync(begun).subarray(0, -12), head('200 OK', { 'content-encoding': 'gzip' })),
  'compression that nobody asked for': says(({ begun }) => begun, head('200 OK', { 'content-encoding': 'zstd' })),

  'huge header': ({ socket, begun, rest, credential }) => {
    socket.end(head('200 OK', { 'x-filler': `${credential}${'x'.repeat(kibi64)}` }) + begun + rest);
  },
  'endless interim answers': async (attack) => {
    await pour(attack, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(100), attack.volumes.lines / 1_000);
    attack.socket.resetAndDestroy();
  },
  'no http': ({ socket, credential }) => {
    socket.end(`SSH-2.0-OpenSSH_9.7 ${credential}\r\n`);
  },
  'chunks that are none': ({ socket, begun, credential }) => {
    socket.end(`${chunked}${chunk(begun)}zzz ${credential}\r\nnothing\r\n`);
  },
  'another answer behind it': ({ socket, begun, rest }) => {
    const body = begun + rest;
    const start = head('200 OK', { 'content-length': String(Buffer.byteLength(body)), connection: 'keep-alive' });
    const forged = '{"forged":true}';
    const other = head('200 OK', { 'content-length': String(forged.length), connection: 'keep-alive' }, 'application/json') + forged;
    socket.write(start + body + other);
  },

  'rate limit': refuses('429 Too Many Requests', 'Slow down'),
  overload: refuses('529 Overloaded', 'Overloaded'),
  failure: refuses('500 Internal Server Error', 'Oops'),
  'endless failure': async (attack) => {
    attack.socket.write(head('500 Internal Server Error', {}, 'text/plain') + attack.credential);
    await pour(attack, 'x'.repeat(kibi64), Math.ceil(attack.volumes.bytes / kibi64));
    attack.socket.end();
  },
  'credential refused': refuses('401 Unauthorized', 'Incorrect API key provided:'),
  'redirect elsewhere': ({ socket, elsewhere, credential }) => {
    socket.end(head('307 Temporary Redirect', { location: `${elsewhere}/v1?key=${credential}`, 'content-length': '0' }));
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
