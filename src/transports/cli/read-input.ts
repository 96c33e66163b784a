import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Terminal } from './terminal.js';

/** All of standard input, as text. Blanks at its ends are cut: a file's last newline belongs to nobody. @throws MaestroError `request.cancelled` */
export async function readInput({ input, signal }: Terminal): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of input) {
    if (signal.aborted) throw new MaestroError('request.cancelled', {});
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString('utf8').trim();
}
