// Runs the tests. `npm test` gives every argument after `--` to Jest. Coverage is collected where it must hold: strictly, of all tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { figureLines, figuresIn } from './test-matrix/figures.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const nightly = process.argv.includes('--nightly');
const chosen = process.argv.slice(2).filter((argument) => argument !== '--nightly');
const strict = process.env.MAESTRO_TEST_STRICT === '1';

const folder = mkdtempSync(join(tmpdir(), 'maestro-tests-'));
const report = join(folder, 'report.json');
// A file of the caller's stays, for docs/test-matrix.md.
const figures = process.env.MAESTRO_TEST_FIGURES || join(folder, 'figures.jsonl');
const whole = chosen.length === 0;
const coverage = whole && strict && !nightly ? ['--coverage'] : [];
const { status } = spawnSync(
  process.execPath,
  [`${root}node_modules/jest/bin/jest.js`, '--json', `--outputFile=${report}`, ...coverage, ...chosen],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      MAESTRO_TEST_STRICT: strict ? '1' : '',
      MAESTRO_TEST_NIGHTLY: nightly ? '1' : '',
      MAESTRO_TEST_FIGURES: figures,
    },
  },
);

const lines = figureLines(figuresIn(figures), { all: whole && !nightly });
if (lines.length > 0) console.log(`${nightly ? 'The long form' : 'The small form'} of docs/test-matrix.md:\n${lines.join('\n')}\n`);

try {
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(
    `${String(numPassedTests)} passed, ${String(numFailedTests + numRuntimeErrorTestSuites)} failed, ${String(numPendingTests)} skipped`,
  );
} catch {
  console.error('Jest wrote no report: it did not come to its end.');
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (status !== 0) process.exitCode = status ?? 1;
