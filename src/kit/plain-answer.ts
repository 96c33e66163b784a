import type { Transform } from 'node:stream';
import { Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { WireResponse } from '../contracts/wire-request.js';
import { headerOf } from './retry-after.js';

/** What a request says of compression: none, since every answer is read, and a few bytes of it could stand for gigabytes. */
export const plainRequested = { 'accept-encoding': 'identity' } as const;

/** A stream of JSON shrinks to a tenth or so; what grows more is made to grow. */
const mostGrowth = 100;

/** Bytes that may come out whatever went in: a short answer may be very regular. */
const freeBytes = 1024 * 1024;

const flush = constants.Z_SYNC_FLUSH;

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ flush }),
  'x-gzip': () => createGunzip({ flush }),
  deflate: () => createInflate({ flush }),
  br: () => createBrotliDecompress(),
};

/**
 * An answer whose body is as it is meant, whatever the server or a proxy made of `accept-encoding: identity`. What comes out of a
 * compressed body is bounded by what goes in; reading it throws `upstream.malformed` beyond, and where it is damaged.
 *
 * @throws MaestroError `upstream.malformed` for a compression that is none of gzip, deflate and br
 */
export function plainAnswer(response: WireResponse, provider: string): WireResponse {
  const encoding = headerOf(response.headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return response;
  const decoder = decoders[encoding]?.();
  if (decoder === undefined) throw malformed(provider, 'the body is compressed in a way that nobody asked for');
  const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = response.headers;
  return { ...response, headers, body: decompressed(response.body, decoder, provider) };
}

async function* decompressed(body: AsyncIterable<Uint8Array>, decoder: Transform, provider: string): AsyncGenerator<Uint8Array> {
  const counts = { in: 0, out: 0 };
  const source = Readable.from(counted(body, counts));
  source.on('error', (error) => decoder.destroy(error));
  try {
    for await (const piece of source.pipe(decoder) as AsyncIterable<Uint8Array>) {
      counts.out += piece.byteLength;
      if (counts.out > counts.in * mostGrowth + freeBytes) throw malformed(provider, 'the body is compressed out of all proportion');
      yield piece;
    }
  } catch (error) {
    if (MaestroError.is(error)) throw error;
    throw malformed(provider, 'the compression of the body is damaged', error);
  } finally {
    source.destroy();
    decoder.destroy();
  }
}

async function* counted(body: AsyncIterable<Uint8Array>, counts: { in: number }): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    counts.in += piece.byteLength;
    yield piece;
  }
}

function malformed(provider: string, problem: string, cause?: unknown): MaestroError {
  return new MaestroError('upstream.malformed', { provider, problem }, { cause });
}
