import type { Transform } from 'node:stream';
import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { WireResponse } from '../../contracts/wire-request.js';
import { headerOf } from '../retry-after.js';

/** Bytes after decompression. A token answer has a few thousand; what is longer is no token answer. */
const maxAnswerBytes = 256 * 1024;

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
};

/**
 * The whole of an answer as text. We ask for no compression and get it all the same from some: a few bytes can then stand
 * for gigabytes, so the limit counts what comes out.
 *
 * @throws MaestroError `upstream.malformed`, and transport errors
 */
export async function answerText(response: WireResponse, provider: string): Promise<string> {
  const encoding = headerOf(response.headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return limited(response.body, provider);
  const decoder = decoders[encoding]?.();
  if (decoder === undefined) throw malformed(provider, 'it is compressed in a way that was not asked for');
  return decompressed(response.body, decoder, provider);
}

async function decompressed(body: AsyncIterable<Uint8Array>, decoder: Transform, provider: string): Promise<string> {
  const source = Readable.from(body);
  source.on('error', (error) => decoder.destroy(error));
  try {
    return await limited(source.pipe(decoder), provider);
  } catch (error) {
    if (MaestroError.is(error)) throw error;
    throw malformed(provider, 'its compression is damaged', error);
  } finally {
    source.destroy();
    decoder.destroy();
  }
}

async function limited(body: AsyncIterable<Uint8Array>, provider: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.byteLength;
    if (length > maxAnswerBytes) throw malformed(provider, `it is longer than ${String(maxAnswerBytes / 1024)} KiB`);
    pieces.push(piece);
  }
  // Unlike Buffer's toString this takes a byte order mark away, which JSON.parse would trip over.
  return new TextDecoder().decode(Buffer.concat(pieces));
}

function malformed(provider: string, problem: string, cause?: unknown): MaestroError {
  return new MaestroError('upstream.malformed', { provider, problem: `the token endpoint's answer: ${problem}` }, { cause });
}
