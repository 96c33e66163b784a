import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { tellFigure } from './tell-figure.js';

describe('a figure of the test matrix', () => {
  const before = process.env['MAESTRO_TEST_FIGURES'];
  const folder = mkdtempSync(join(tmpdir(), 'maestro-figures-'));

  afterAll(() => {
    if (before === undefined) delete process.env['MAESTRO_TEST_FIGURES'];
    else process.env['MAESTRO_TEST_FIGURES'] = before;
    rmSync(folder, { recursive: true });
  });

  it('is one line of the file that collects them, behind those before', () => {
    const file = join(folder, 'figures.jsonl');
    process.env['MAESTRO_TEST_FIGURES'] = file;

    tellFigure('T1', '20 rounds');
    tellFigure('T2', '100 "calls",\nnone lost');

    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.map((line) => (line === '' ? '' : (JSON.parse(line) as unknown)))).toEqual([
      { row: 'T1', text: '20 rounds' },
      { row: 'T2', text: '100 "calls",\nnone lost' },
      '',
    ]);
  });

  it('goes nowhere in a run that collects none', () => {
    delete process.env['MAESTRO_TEST_FIGURES'];

    expect(() => {
      tellFigure('T1', 'unheard');
    }).not.toThrow();
  });
});
