import { PassThrough } from 'node:stream';

import { readSecret } from './read-secret.js';
import type { Terminal } from './terminal.js';

interface Desk {
  readonly terminal: Terminal;
  readonly keyboard: PassThrough;
  readonly interruption: AbortController;
  readonly shown: () => string;
}

/** Hand-made: what readline needs of a terminal. */
function aDesk({ isTTY }: { readonly isTTY: boolean }): Desk {
  const keyboard = Object.assign(new PassThrough(), { isTTY, setRawMode: () => keyboard });
  const screen = new PassThrough();
  const pieces: string[] = [];
  screen.on('data', (piece: Buffer) => pieces.push(piece.toString()));
  const interruption = new AbortController();
  const terminal = { input: keyboard, output: screen, errors: screen, signal: interruption.signal };
  return { terminal, keyboard, interruption, shown: () => pieces.join('') };
}

describe('reading a secret', () => {
  it('asks at a terminal, and shows nothing of what is typed', async () => {
    const { terminal, keyboard, shown } = aDesk({ isTTY: true });
    const reading = readSecret(terminal, 'API key');
    keyboard.write('typed-secret\r');
    expect((await reading).reveal()).toBe('typed-secret');
    expect(shown()).toBe('API key: \n');
  });

  it('is given up with Ctrl-C at the question, or by an interruption from elsewhere', async () => {
    const typed = aDesk({ isTTY: true });
    const reading = readSecret(typed.terminal, 'API key');
    typed.keyboard.write('half\u0003');
    await expect(reading).rejects.toMatchObject({ code: 'request.cancelled' });

    const called = aDesk({ isTTY: true });
    const waiting = readSecret(called.terminal, 'API key');
    called.interruption.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('takes all of standard input where that is no terminal', async () => {
    const { terminal, keyboard, shown } = aDesk({ isTTY: false });
    keyboard.end('piped-secret\n');
    expect((await readSecret(terminal, 'API key')).reveal()).toBe('piped-secret');
    expect(shown()).toBe('');
  });

  it('stops reading standard input when interrupted', async () => {
    const { terminal, keyboard, interruption } = aDesk({ isTTY: false });
    interruption.abort();
    keyboard.end('piped-secret\n');
    await expect(readSecret(terminal, 'API key')).rejects.toMatchObject({ code: 'request.cancelled' });
  });
});
