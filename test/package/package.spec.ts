import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { runNode } from '../support/built-tool.js';
import type { PackedPackage } from '../support/packed.js';
import { packedPackage } from '../support/packed.js';

jest.setTimeout(240_000);

const root = process.cwd();
const entries = ['maestro-llm', 'maestro-llm/contracts', 'maestro-llm/kit', 'maestro-llm/testing'];

function jsonFrom(path: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as ReturnType<typeof jsonFrom>;
}

describe('the package, packed', () => {
  let packed: PackedPackage;

  beforeAll(async () => {
    packed = await packedPackage();
  });

  afterAll(() => {
    packed.remove();
  });

  it('holds what runs, with each provider and each migration, and nothing of its making', () => {
    const names = (folder: string): readonly string[] => readdirSync(join(root, folder));
    const expected = [
      ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'bin/maestro.mjs', 'docs/problems.md'],
      ...['index', 'contracts/index', 'kit/index', 'testing/index'].flatMap((entry) => [`dist/${entry}.js`, `dist/${entry}.d.ts`]),
      ...names('src/providers').map((id) => `dist/providers/${id}/${id}.module.js`),
      ...names('src/persistence/migrations')
        .filter((name) => /^\d+.*(?<!spec)\.ts$/.test(name))
        .map((name) => `dist/persistence/migrations/${name.replace(/ts$/, 'js')}`),
    ];
    expect(packed.files).toEqual(expect.arrayContaining(expected));
    const surplus =
      /^dist\/.*(?:\.spec\.|\.map$|\.tsbuildinfo$|\/fixtures\/|\.built$)|\.env|node_modules|^(?:src|test|examples|bench|scripts)\//;
    expect(packed.files.filter((path) => surplus.test(path))).toEqual([]);
  });

  it('is described so that whoever installs it finds its parts', async () => {
    const linter = join(root, 'node_modules/publint/src/cli.js');
    const { exitCode, output } = await runNode([linter, '--strict', '--pack', 'false', packed.folder]);
    expect(output).toMatch(/All good!/);
    expect(exitCode).toBe(0);
  });

  it('shares with an application what there must be one copy of, and tests with a version from that range', () => {
    const { peerDependencies = {}, peerDependenciesMeta = {}, devDependencies = {}, dependencies = {} } = jsonFrom('package.json');
    const optional = Object.keys(peerDependenciesMeta);
    expect(optional).toEqual(['@aws-sdk/client-bedrock-runtime']);
    const needed = Object.keys(peerDependencies).filter((name) => !optional.includes(name));
    expect(needed).toEqual(['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs']);
    for (const [name, range] of Object.entries(peerDependencies)) {
      const [major, minor] = (devDependencies[name] ?? '').split('.');
      expect(range).toMatch(new RegExp(`^\\^${major ?? '-'}\\.${minor ?? '-'}\\.`));
      expect(dependencies).not.toHaveProperty([name]);
    }
  });

  it('gives its entries as modules, and the admin tool', async () => {
    const script = join(packed.application, 'entries.mjs');
    const list = JSON.stringify(entries);
    writeFileSync(script, `for (const entry of ${list}) console.log(entry, Object.keys(await import(entry)).length > 0);`);
    const output = entries.map((entry) => `${entry} true\n`).join('');
    expect(await runNode([script])).toMatchObject({ exitCode: 0, errors: '', output });
    const tool = await runNode([join(packed.folder, 'bin/maestro.mjs'), 'providers', 'list', '--json']);
    expect(tool).toMatchObject({ exitCode: 0, errors: '' });
    expect(JSON.parse(tool.output)).toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ id: 'openai' })]) });
  });
});
