import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { tellFigure } from '../support/tell-figure.js';
import type { Mutant } from './mutants.js';
import { mutants } from './mutants.js';

jest.setTimeout(600_000);

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[] }[];
}

/** A mistake is made in a copy of the sources, and the test that guards against it is run there. */
describe('a mistake in a guard', () => {
  let folder: string;
  let noticed = 0;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-mutants-'));
    for (const name of ['src', 'test', 'templates', 'package.json', 'jest.config.mjs', 'tsconfig.json']) {
      cpSync(name, join(folder, name), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    tellFigure('T44', `hand-made mutants: ${String(noticed)} of ${String(mutants.length)} noticed, each by the test that is named for it`);
  });

  it('would be told from a copy that does not work: without one, the tests pass', async () => {
    const tests = [...new Set(mutants.map(({ test }) => test))];
    const results = await run([...new Set(mutants.map(({ spec }) => spec))], tests);

    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    const passed = results.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName);
    expect(tests.filter((test) => !passed.some((name) => name.includes(test)))).toEqual([]);
  });

  it.each(mutants)('is noticed by its test: $what', async (mutant) => {
    const restore = make(mutant);
    try {
      const results = await run([mutant.spec], [mutant.test]);
      const failed = results.filter(({ fullName, status }) => status === 'failed' && fullName.includes(mutant.test));
      expect(failed.length).toBeGreaterThan(0);
      noticed += 1;
    } finally {
      restore();
    }
  });

  /** Gives what takes it back. */
  function make({ edits }: Mutant): () => void {
    const before = new Map(edits.map(({ file }) => [join(folder, file), readFileSync(file, 'utf8')]));
    for (const { file, from, to } of edits) {
      const path = join(folder, file);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
    }
    return () => {
      for (const [path, text] of before) writeFileSync(path, text);
    };
  }

  async function run(specs: readonly string[], tests: readonly string[]): Promise<Report['testResults'][number]['assertionResults']> {
    const report = join(folder, 'report.json');
    rmSync(report, { force: true });
    const names = tests.map((test) => test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
    const options = ['--runInBand', '--json', `--outputFile=${report}`, '--testNamePattern', names, '--runTestsByPath', ...specs];
    const environment = { ...process.env, MAESTRO_TEST_NIGHTLY: '', MAESTRO_TEST_FIGURES: '' };
    await new Promise<void>((done) => {
      execFile(
        process.execPath,
        ['node_modules/jest/bin/jest.js', ...options],
        { cwd: folder, env: environment, maxBuffer: 2 ** 26 },
        () => {
          done();
        },
      );
    });
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  }
});
