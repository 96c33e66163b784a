// Mutation tests: changes the sources a little at a time, and counts the changes that no test notices.
// `npm run mutation -- sealing [part]`: what survived and the figure on standard output, all of it in mutation/. Not part of `npm test`:
// every change costs a run of the tests beside it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { Stryker } from '@stryker-mutator/core';

import jest from '../jest.config.mjs';
import setUp from '../test/support/postgres-setup.mjs';
import tearDown from '../test/support/postgres-teardown.mjs';
import { percent, rooms } from './mutation-targets.mjs';

const [name = '', only] = process.argv.slice(2);
const parts = rooms[name];
if (parts === undefined) {
  console.error(`Name what to change: ${Object.keys(rooms).join(', ')}`);
  process.exit(64);
}

// One database server for all changes, not one for each. And only the tests' own folders are looked through.
const config = { ...jest };
delete config.globalSetup;
delete config.globalTeardown;
await setUp();
try {
  for (const part of parts.filter((each) => only === undefined || each.name === only)) await change(part);
} finally {
  await tearDown();
}

const counts = parts.filter((part) => existsSync(reportOf(part))).map((part) => ({ part: part.name, ...countOf(part) }));
for (const { part, changes, noticed } of counts) console.log(`${name} ${part}: ${String(noticed)} of ${String(changes)} changes noticed`);
const changes = counts.reduce((sum, count) => sum + count.changes, 0);
const noticed = counts.reduce((sum, count) => sum + count.noticed, 0);
const share = (100 * noticed) / changes;
const missing = parts.length - counts.length;
console.log(
  `${name}: ${String(noticed)} of ${String(changes)} changes noticed, ${share.toFixed(1)} % (${String(percent)} % are needed)` +
    (missing === 0 ? '' : `; ${String(missing)} of ${String(parts.length)} parts did not run yet`),
);
if (!(share >= percent)) process.exitCode = 1;

function reportOf(part) {
  return `mutation/${name}-${part.name}.json`;
}

/** Errors of the compiler and the like are no tests' merit. */
function countOf(part) {
  const { files } = JSON.parse(readFileSync(reportOf(part), 'utf8'));
  const states = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const counted = states.filter((status) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status));
  return { changes: counted.length, noticed: counted.filter((status) => status === 'Killed' || status === 'Timeout').length };
}

async function change(part) {
  const roots = [...new Set(part.specs.map((spec) => `<rootDir>/${dirname(spec)}`))];
  const testRegex = part.specs.map((spec) => `/${spec.replaceAll('.', '\\.')}$`);
  const stryker = new Stryker({
    mutate: part.mutate,
    testRunner: 'jest',
    plugins: ['@stryker-mutator/jest-runner'],
    jest: { projectType: 'custom', config: { ...config, roots, testRegex }, enableFindRelatedTests: false },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    // For a loaded machine.
    timeoutMS: 60_000,
    warnings: { slow: false },
    reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    htmlReporter: { fileName: `mutation/${name}-${part.name}.html` },
    jsonReporter: { fileName: reportOf(part) },
    ignorePatterns: ['dist', 'coverage', 'mutation', 'docs', 'bench'],
    thresholds: { high: 100, low: 0, break: null },
    tempDirName: '.mutation',
  });
  await stryker.runMutationTest();
}
