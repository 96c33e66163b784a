import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { builtGateway } from '../support/built-gateway.js';
import { runNode } from '../support/built-tool.js';
import { tellFigure } from '../support/tell-figure.js';

jest.setTimeout(540_000);

const run = promisify(execFile);

/** The first installation fills npm's cache, where that does not hold everything yet; the second must do with it. */
describe('what a release is made of', () => {
  let folder: string;
  beforeAll(() => {
    builtGateway();
    folder = mkdtempSync(join(tmpdir(), 'maestro-offline-'));
    chmodSync(folder, 0o755);
    for (const name of ['package.json', 'package-lock.json', 'dist', 'bin']) cpSync(name, join(folder, name), { recursive: true });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const install = (...options: readonly string[]): Promise<unknown> =>
    run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error', ...options], { cwd: folder, maxBuffer: 2 ** 26 });

  it('installs from the lockfile without a network, and runs', async () => {
    await install('--prefer-offline');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    const begin = performance.now();
    await install('--offline');
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);

    const tool = await runNode([join(folder, 'bin/maestro.mjs'), 'providers', 'list']);

    expect(tool).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^PROVIDER /) });
    tellFigure('T43', `npm ci --offline of production in ${seconds} s; the tool of it runs`);
  });
});
