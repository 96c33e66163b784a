import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { providerTemplateFolder } from '../../src/provider-template.js';
import { runTool, workbenchOf } from '../support/run-tool.js';

const workbench = workbenchOf({ providerTemplate: async () => providerTemplateFolder });

describe('maestro providers scaffold', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-scaffold-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const scaffold = (id: string, into: string, ...more: readonly string[]) =>
    runTool(['providers', 'scaffold', id, '--into', join(folder, into), ...more], { workbench });

  const textsIn = (into: string): string =>
    readdirSync(join(folder, into), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${name}\n${readFileSync(join(parentPath, name), 'utf8')}`)
      .join('\n');

  it('writes a package under the name of the new provider, and nothing of the template’s own', async () => {
    const { exitCode, output, errors } = await scaffold('open-thing', 'new', '--json');
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    const { name, files } = JSON.parse(output) as { readonly name: string; readonly files: readonly string[] };
    expect(name).toBe('maestro-provider-open-thing');
    expect(files).toEqual(expect.arrayContaining(['package.json', 'tsconfig.json', 'src/index.ts', 'src/open-thing.module.ts']));
    expect(files.every((file) => existsSync(join(folder, 'new', file)))).toBe(true);

    const all = textsIn('new');
    expect(all).not.toMatch(/sample/i);
    expect(all).toContain(
      "export const openThingProvider = defineProvider(OpenThingModule, {\n  id: providerId,\n  displayName: 'Open Thing',",
    );
    expect(all).toContain('OPEN_THING_BASE_URL');
  });

  it('asks for the Maestro that it comes with', async () => {
    await scaffold('acme', 'new');
    const own = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string; peerDependencies: Record<string, string> };
    const made = JSON.parse(readFileSync(join(folder, 'new/package.json'), 'utf8')) as typeof own;
    expect(made.peerDependencies).toEqual({
      '@nestjs/common': own.peerDependencies['@nestjs/common'],
      'maestro-llm': `^${own.version}`,
    });
  });

  it('says what comes next', async () => {
    const { output } = await scaffold('acme', 'new');
    expect(output).toMatch(/^wrote \d+ files; go on with\ncd .*new && npm install && npm test\n$/);
  });

  it('writes over nothing, and takes no id that is none', async () => {
    await scaffold('acme', 'new');
    const again = await scaffold('acme', 'new');
    expect(again).toMatchObject({ exitCode: 64, output: '' });
    expect(again.errors).toMatch(/cannot be written \(it is there already\)/);
    const wrong = await scaffold('Not An Id', 'other');
    expect(wrong).toMatchObject({ exitCode: 64, output: '' });
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });
});
