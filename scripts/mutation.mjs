// Mutation tests: changes the sources a little at a time, and counts the changes that no test notices.
// `npm run mutation -- registry [part]`: what survived and the figure on standard output, all of it in mutation/. Not part of `npm test`:
// every change costs a run of the tests beside it.
import { Stryker } from '@stryker-mutator/core';

import jest from '../jest.config.mjs';

/** Files that are changed, the tests that must notice, and of how many percent of the changes they must. */
const targets = {
  registry: {
    percent: 85,
    parts: [
      {
        name: 'pure',
        mutate: ['compliance', 'capabilities', 'provider-settings', 'report'].map((file) => `src/core/registry/${file}.ts`),
        testRegex: ['src/core/registry/(compliance|capabilities|provider-settings|report)\\.spec\\.ts$'],
      },
      {
        name: 'nest',
        mutate: ['src/core/registry/provider-registry.ts'],
        testRegex: ['src/core/registry/provider-registry\\.spec\\.ts$'],
      },
    ],
  },
};

const [name = '', only] = process.argv.slice(2);
const target = targets[name];
if (target === undefined) {
  console.error(`Name what to change: ${Object.keys(targets).join(', ')}`);
  process.exit(64);
}

// These tests need no database; nothing else of the configuration differs.
const config = { ...jest };
delete config.globalSetup;
delete config.globalTeardown;
const results = [];
for (const part of target.parts.filter((each) => only === undefined || each.name === only)) results.push(...(await changed(part)));

// Errors of the compiler and the like are no tests' merit.
const counted = results.filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status));
const noticed = counted.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
const percent = (100 * noticed) / counted.length;
console.log(
  `${name}: ${String(noticed)} of ${String(counted.length)} changes noticed, ${percent.toFixed(1)} % (${String(target.percent)} % are needed)`,
);
if (!(percent >= target.percent)) process.exitCode = 1;

function changed(part) {
  const stryker = new Stryker({
    mutate: part.mutate,
    testRunner: 'jest',
    plugins: ['@stryker-mutator/jest-runner'],
    jest: { projectType: 'custom', config: { ...config, testRegex: part.testRegex }, enableFindRelatedTests: false },
    coverageAnalysis: 'perTest',
    concurrency: 1,
    // For a loaded machine.
    timeoutMS: 60_000,
    warnings: { slow: false },
    reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    htmlReporter: { fileName: `mutation/${name}-${part.name}.html` },
    jsonReporter: { fileName: `mutation/${name}-${part.name}.json` },
    ignorePatterns: ['dist', 'coverage', 'mutation', 'docs', 'bench'],
    thresholds: { high: 100, low: 0, break: null },
    tempDirName: '.mutation',
  });
  return stryker.runMutationTest();
}
