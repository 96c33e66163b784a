// Runs the tests. `npm test` gives every argument after `--` to Jest; with arguments no coverage is collected.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const nightly = process.argv.includes('--nightly');
const chosen = process.argv.slice(2).filter((argument) => argument !== '--nightly');
const strict = process.env.MAESTRO_TEST_STRICT === '1';

const folder = mkdtempSync(join(tmpdir(), 'maestro-tests-'));
const report = join(folder, 'report.json');
const coverage = chosen.length === 0 && !nightly ? ['--coverage'] : [];
const { status } = spawnSync(
  process.execPath,
  [`${root}node_modules/jest/bin/jest.js`, '--json', `--outputFile=${report}`, ...coverage, ...chosen],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, MAESTRO_TEST_STRICT: strict ? '1' : '', MAESTRO_TEST_NIGHTLY: nightly ? '1' : '' },
  },
);

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
