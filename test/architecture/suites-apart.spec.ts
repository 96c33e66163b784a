import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runNode } from '../support/built-tool.js';

jest.setTimeout(120_000);

const root = process.cwd();

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly message: string }[];
}

interface Run {
  readonly exitCode: number;
  readonly report: Report;
}

/** Of everything that a suite can leave behind, what it finds; then it leaves all of it. */
const leaving = `
  const { Subject } = require('rxjs');
  const { EventEmitter } = require('node:events');
  const own = require('./own.js');
  it('finds nothing of another suite', () => {
    expect(own.count()).toBe(1);
    expect([process.env.LEFT_BEHIND, globalThis.leftBehind, process.listenerCount('left-behind'), typeof setTimeout.clock]).toEqual(
      [undefined, undefined, 0, 'undefined'],
    );
    expect(jest.isMockFunction(Subject.prototype.next) || jest.isMockFunction(EventEmitter.prototype.emit)).toBe(false);
    globalThis.leftBehind = process.env.LEFT_BEHIND = 'yes';
    process.on('left-behind', () => undefined);
    jest.spyOn(Subject.prototype, 'next');
    jest.spyOn(EventEmitter.prototype, 'emit');
    jest.useFakeTimers();
    console.log = () => undefined;
  });
  it('has its packages from the worker, and its errors from the same realm', () => {
    Subject.loads = (Subject.loads ?? 0) + 1;
    require('node:fs').appendFileSync(require('node:path').join(__dirname, 'loads'), String(Subject.loads));
    expect(() => own.branch(__filename.includes('first'))).toThrow(Error);
    expect(require('node:util').types.isNativeError(new Error('x')) && [] instanceof own.Array).toBe(true);
  });
`;

const files = {
  'own.js': `
    let counted = 0;
    exports.count = () => (counted += 1);
    exports.Array = Array;
    exports.branch = (first) => { if (first) { throw new Error('first'); } else { throw new Error('second'); } };
  `,
  'first.left.js': leaving,
  'second.left.js': leaving,
  'wrong.fail.js': `
    it('is wrong', () => { expect(1).toBe(2); });
    it('is wrong later', async () => { await null; throw new Error('later'); });
    it('never ends', async () => { await new Promise(() => undefined); }, 50);
    it('is right', () => { expect(1).toBe(1); });
  `,
  'broken.fail.js': "throw new Error('at once');",
};

describe('suites of one worker', () => {
  let folder: string;
  let left: Run;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-suites-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{}');
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    left = await run('left');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async (kind: string): Promise<Run> => {
    const config = {
      rootDir: folder,
      testEnvironment: join(root, 'test/support/jest/own-realm-environment.mjs'),
      runtime: join(root, 'test/support/jest/shared-packages-runtime.mjs'),
      testRegex: `\\.${kind}\\.js$`,
      transform: {},
      collectCoverageFrom: ['own.js'],
      coverageReporters: ['json-summary'],
      cacheDirectory: join(folder, 'cache'),
    };
    const report = join(folder, `${kind}.json`);
    const jestItself = join(root, 'node_modules/jest/bin/jest.js');
    const { exitCode, errors } = await runNode([
      ...[jestItself, '--rootDir', folder, '--config', JSON.stringify(config), '--runInBand', '--coverage'],
      ...['--json', `--outputFile=${report}`],
    ]);
    if (exitCode === null) throw new Error(errors);
    return { exitCode, report: JSON.parse(readFileSync(report, 'utf8')) as Report };
  };

  it('share the packages, and find nothing else that another left', () => {
    const { exitCode, report } = left;
    expect(report.testResults.map(({ message }) => message)).toEqual(['', '']);
    expect([exitCode, report.numPassedTests]).toEqual([0, 4]);
    expect(readFileSync(join(folder, 'loads'), 'utf8')).toBe('12');
  });

  it('count as covered what any of them reached', () => {
    const { total } = JSON.parse(readFileSync(join(folder, 'coverage/coverage-summary.json'), 'utf8')) as {
      readonly total: Readonly<Record<'statements' | 'branches' | 'functions', { readonly pct: number }>>;
    };
    expect([total.statements.pct, total.branches.pct, total.functions.pct]).toEqual([100, 100, 100]);
  });

  it('fail where a test fails, never ends, or a file does not load', async () => {
    const { exitCode, report } = await run('fail');
    expect([exitCode, report.numPassedTests, report.numFailedTests, report.numRuntimeErrorTestSuites]).toEqual([1, 1, 3, 1]);
    const told = report.testResults.map(({ message }) => message).join('\n');
    for (const reason of ['Expected: 2', 'later', 'Exceeded timeout of 50 ms', 'at once']) expect(told).toContain(reason);
  });
});
