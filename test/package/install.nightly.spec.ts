import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { runNode } from '../support/built-tool.js';
import type { PackedPackage } from '../support/packed.js';
import { packedPackage } from '../support/packed.js';

jest.setTimeout(540_000);

const run = promisify(execFile);

/** Needs a registry, or npm's cache. */
describe('the package, installed by npm into an empty folder', () => {
  let packed: PackedPackage;
  let folder: string;

  beforeAll(async () => {
    packed = await packedPackage();
    folder = join(dirname(packed.tarball), 'installed');
    mkdirSync(folder);
    const dependencies = { '@nestjs/common': '^12.5.0', '@nestjs/core': '^12.5.0', 'maestro-llm': `file:${packed.tarball}` };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'installed', private: true, type: 'module', dependencies }));
    await run('npm', ['install', '--no-audit', '--no-fund', '--omit=optional', '--loglevel=error'], { cwd: folder, maxBuffer: 2 ** 26 });
  });

  afterAll(() => {
    packed.remove();
  });

  it('shares the one copy of Nest with the application', async () => {
    const { stdout } = await run('find', [folder, '-path', '*/@nestjs/core/package.json']);
    expect(stdout.trim()).toBe(join(folder, 'node_modules/@nestjs/core/package.json'));
  });

  it('is imported, and runs as a command', async () => {
    writeFileSync(join(folder, 'main.js'), "import { MaestroModule } from 'maestro-llm'; console.log(MaestroModule.name);");
    expect(await runNode([join(folder, 'main.js')])).toMatchObject({ exitCode: 0, output: 'MaestroModule\n' });
    const { stdout } = await run(join(folder, 'node_modules/.bin/maestro'), ['providers', 'list'], { cwd: folder });
    expect(stdout).toMatch(/^PROVIDER /);
  });
});
