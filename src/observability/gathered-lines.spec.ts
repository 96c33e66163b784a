import { EventEmitter } from 'node:events';

import { gatheredLines } from './gathered-lines.js';

function aDestination() {
  const pieces: string[] = [];
  const exits = new EventEmitter();
  return { pieces, exits, lines: gatheredLines({ write: (text) => pieces.push(text) }, exits as unknown as NodeJS.Process) };
}

describe('lines of the log', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are written in one piece where one moment brings them, and in their order', () => {
    const { pieces, lines } = aDestination();
    lines.write('a\n');
    lines.write('b\n');
    expect(pieces).toEqual([]);
    jest.runAllTimers();
    lines.write('c\n');
    jest.runAllTimers();
    expect(pieces).toEqual(['a\nb\n', 'c\n']);
  });

  it('are written at once where somebody asks for it, and not again', () => {
    const { pieces, lines } = aDestination();
    lines.write('it ends\n');
    lines.flush();
    jest.runAllTimers();
    expect(pieces).toEqual(['it ends\n']);
  });

  it('are not lost when the process exits in the same turn', () => {
    const { pieces, exits, lines } = aDestination();
    lines.write('last words\n');
    exits.emit('exit');
    expect(pieces).toEqual(['last words\n']);
  });

  it('do not wait where there are very many', () => {
    const { pieces, lines } = aDestination();
    for (let line = 0; line < 1_000; line += 1) lines.write(`${'x'.repeat(100)}\n`);
    expect(pieces.join('').length).toBeGreaterThan(64 * 1024);
  });
});
