import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { decodedBatches } from '../../src/kit/decode-stream.js';
import { chatWire } from '../recordings/wires.js';

export interface EndlessRun {
  readonly code: string | undefined;
  /** Bytes that were read until it was refused, or all. */
  readonly bytes: number;
  /** Bytes by which the process grew at most while it read. */
  readonly growth: number;
}

/** Reads one piece again and again, as often as it is told, and watches the memory. Nothing is kept but what the reader keeps. */
export async function readEndless(head: string, piece: string | Buffer, times: number): Promise<EndlessRun> {
  const again = typeof piece === 'string' ? Buffer.from(piece) : piece;
  let [bytes, most] = [0, 0];
  global.gc?.();
  const before = process.memoryUsage.rss();
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(head);
    for (let time = 0; time < times; time += 1) {
      bytes += again.length;
      if (time % 64 === 0) most = Math.max(most, process.memoryUsage.rss() - before);
      yield again;
    }
  }
  try {
    for await (const _batch of decodedBatches(body(), chatWire.decoder('endless'), 'endless'));
    return { code: undefined, bytes, growth: most };
  } catch (error) {
    return { code: MaestroError.is(error) ? error.code : String(error), bytes, growth: most };
  }
}

const kibi = 1024;
const mebi = kibi * kibi;

/** Far above what a limit of 32 Mi characters needs, far below what reading everything would. */
export const mostGrowth = 400 * mebi;

/** What never ends, by what it is: the head, the piece, and how often of it are so many bytes. */
export const endless = {
  'one line': { head: 'data: ', piece: 'x'.repeat(64 * kibi), code: 'upstream.malformed' },
  'empty data lines': { head: '', piece: 'data:\n'.repeat(10_000), code: 'upstream.malformed' },
  'lines that are no field': { head: '', piece: 'x\n'.repeat(10_000), code: 'upstream.malformed' },
  comments: { head: '', piece: ': ping\n'.repeat(10_000), code: 'upstream.truncated' },
  'blank lines': { head: '', piece: '\n'.repeat(64 * kibi), code: 'upstream.truncated' },
  'empty events': { head: '', piece: 'data:\n\n'.repeat(10_000), code: 'upstream.truncated' },
  'bare carriage returns': { head: '', piece: '\r'.repeat(64 * kibi), code: 'upstream.truncated' },
  'bytes that are no text': { head: 'data: ', piece: Buffer.alloc(64 * kibi, 0xff), code: 'upstream.malformed' },
} as const;

export function timesFor(piece: string | Buffer, bytes: number): number {
  return Math.ceil(bytes / Buffer.byteLength(piece));
}
