import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import { readInput } from './read-input.js';
import type { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

/**
 * A secret from whoever types it, unseen, or all of standard input where that is no terminal. Never from an argument: other
 * users see those, and the shell keeps them.
 *
 * @throws MaestroError `request.invalid` where nothing was given, `request.cancelled`
 */
export async function readSecret(terminal: Terminal, question: string): Promise<Secret> {
  const text = terminal.input.isTTY === true ? await asked(terminal, question) : await readInput(terminal);
  if (text === '') throw usageError(`nothing was given for ${question}: type it when asked, or send it to standard input`);
  return Secret.of(text);
}

async function asked({ input, errors, signal }: Terminal, question: string): Promise<string> {
  errors.write(`${question}: `);
  // Readline echoes to its output; a terminal in raw mode shows nothing by itself.
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  const interrupted = new AbortController();
  lines.once('SIGINT', () => {
    interrupted.abort();
  });
  try {
    return (await lines.question('', { signal: AbortSignal.any([signal, interrupted.signal]) })).trim();
  } catch (cause) {
    throw new MaestroError('request.cancelled', {}, { cause });
  } finally {
    lines.close();
    errors.write('\n');
  }
}
