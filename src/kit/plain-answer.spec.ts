import { constants, brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { WireHeaders } from '../contracts/wire-request.js';
import { plainAnswer } from './plain-answer.js';
import { readText } from './read-body.js';

const zeros = Buffer.alloc(16 * 1024 * 1024);
const text = 'data: Grüße 👋\n\n'.repeat(50);

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function read(bytes: Uint8Array, headers: WireHeaders, size = 64): Promise<string> {
  const { body } = plainAnswer({ status: 200, headers, body: inPieces(bytes, size) }, 'acme');
  return readText(body, Infinity);
}

describe('an answer that came compressed though nobody asked for it', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP ', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
  ])('is read all the same, in pieces of any size: %s', async (encoding, bytes) => {
    for (const size of [1, 7, bytes.length]) expect(await read(bytes, { 'content-encoding': encoding }, size)).toBe(text);
  });

  it('says of its headers only what is still true', () => {
    const headers = { 'content-encoding': 'gzip', 'content-length': '3', 'x-request-id': 'r1' };
    expect(plainAnswer({ status: 200, headers, body: inPieces(gzipSync('a'), 1) }, 'acme').headers).toEqual({ 'x-request-id': 'r1' });
  });

  it('is handed on untouched where it is plain', () => {
    const response = { status: 200, headers: {}, body: inPieces(new Uint8Array(), 1) };
    expect(plainAnswer(response, 'acme')).toBe(response);
  });

  it('gives what was said so far, before it is complete', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield gzipSync(text).subarray(0, -8);
      await new Promise<never>(() => undefined);
    }
    const { body } = plainAnswer({ status: 200, headers: { 'content-encoding': 'gzip' }, body: endless() }, 'acme');
    const first = await body[Symbol.asyncIterator]().next();
    expect(first.done === true ? undefined : Buffer.from(first.value).toString()).toBe(text);
  });

  it.each([
    ['gzip', gzipSync(zeros)],
    ['br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])('is not read on where it grows out of all proportion: %s', async (encoding, bytes) => {
    await expect(read(bytes, { 'content-encoding': encoding })).rejects.toMatchObject({
      code: 'upstream.malformed',
      parameters: { problem: 'the body is compressed out of all proportion' },
    });
  });

  it.each([
    ['damaged', Buffer.from('no gzip at all')],
    ['cut', gzipSync(text).subarray(0, 40)],
  ])('is malformed where it is %s', async (_what, bytes) => {
    await expect(read(bytes, { 'content-encoding': 'gzip' })).rejects.toMatchObject({ code: 'upstream.malformed' });
  });

  it('is refused where nobody can read it', () => {
    expect(() =>
      plainAnswer({ status: 200, headers: { 'content-encoding': 'zstd' }, body: inPieces(Buffer.from('x'), 1) }, 'acme'),
    ).toThrow('nobody asked for');
  });

  it('fails as its connection failed', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield gzipSync(text).subarray(0, 20);
      throw new MaestroError('upstream.disconnected', { origin: 'o' });
    }
    const { body } = plainAnswer({ status: 200, headers: { 'content-encoding': 'gzip' }, body: breaking() }, 'acme');
    await expect(readText(body, Infinity)).rejects.toMatchObject({ code: 'upstream.disconnected' });
  });
});
