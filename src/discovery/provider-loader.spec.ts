import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadProviders } from './provider-loader.js';

const definition = "{ [Symbol.for('maestro/provider-definition')]: true, manifest: { id: ID } }";

describe('the provider loader', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'maestro-loader-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function write(path: string, text: string): void {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  function defining(id: string, exported = 'exports.provider'): string {
    return `${exported} = ${definition.replace('ID', JSON.stringify(id))};\n`;
  }

  async function load(packages: readonly string[] = [], ...folders: readonly string[]) {
    const { definitions, findings } = await loadProviders({
      folders: folders.map((folder) => join(root, folder)),
      packages,
      packagesFrom: root,
    });
    return { ids: definitions.map(({ manifest }) => manifest.id), findings };
  }

  it('takes a folder’s module by the folder’s name and nothing else in it', async () => {
    write('providers/beta/beta.module.js', defining('beta'));
    write('providers/alpha/alpha.module.js', defining('alpha'));
    for (const name of ['alpha.module.d.ts', 'alpha.module.js.map', 'alpha.module.spec.js', 'other.module.js']) {
      write(`providers/alpha/${name}`, 'throw new Error("was loaded");');
    }
    write('providers/README.md', 'no folder');
    write('providers/.hidden/.hidden.module.js', defining('hidden'));

    await expect(load([], 'providers')).resolves.toEqual({ ids: ['alpha', 'beta'], findings: [] });
  });

  it('prefers what was built over its source', async () => {
    write('providers/alpha/alpha.module.js', defining('built'));
    write('providers/alpha/alpha.module.ts', defining('source'));

    await expect(load([], 'providers')).resolves.toMatchObject({ ids: ['built'] });
  });

  it('finds every definition that a module exports, each once', async () => {
    const text = `${defining('one')}${defining('two', 'exports.second')}exports.default = exports.provider;\nexports.version = 3;\n`;
    write('providers/several/several.module.js', text);

    await expect(load([], 'providers')).resolves.toMatchObject({ ids: ['one', 'two'] });
  });

  it('loads packages of the application, after the folders', async () => {
    write('providers/zeta/zeta.module.js', defining('zeta'));
    write('node_modules/some-provider/package.json', '{ "name": "some-provider", "main": "index.js" }');
    write('node_modules/some-provider/index.js', defining('packaged'));

    await expect(load(['some-provider'], 'providers')).resolves.toEqual({ ids: ['zeta', 'packaged'], findings: [] });
  });

  it('makes a package that is not there a finding', async () => {
    await expect(load(['no-such-provider-package'])).resolves.toEqual({
      ids: [],
      findings: [
        {
          code: 'load-failed',
          severity: 'error',
          provider: 'no-such-provider-package',
          text: expect.stringContaining('cannot be loaded: Cannot find'),
        },
      ],
    });
  });

  describe('finds the conformance report that came with a provider', () => {
    const report = (provider: string): string =>
      JSON.stringify({
        ...{ schema: 'maestro-conformance/1', provider, displayName: 'One', contract: 1, kit: 'maestro/0.1.0' },
        ...{ ranAt: '2026-03-01T10:00:00Z', verdicts: [{ id: 'stream.order', title: 'in order', status: 'passed' }] },
      });

    async function reported(): Promise<readonly (readonly [string, string])[]> {
      const sources = { folders: [join(root, 'providers')], packages: ['some-provider'], packagesFrom: root };
      const { conformance } = await loadProviders(sources);
      return [...conformance].map(([{ id }, { provider }]) => [id, provider]);
    }

    beforeEach(() => {
      write('providers/alpha/alpha.module.js', defining('alpha'));
      write('node_modules/some-provider/package.json', '{ "name": "some-provider", "main": "dist/src/index.js" }');
      write('node_modules/some-provider/dist/src/index.js', defining('packaged'));
    });

    it('in its folder, or in the root of its package', async () => {
      write('providers/alpha/conformance.json', report('alpha'));
      write('node_modules/some-provider/conformance.json', report('packaged'));
      expect(await reported()).toEqual([
        ['alpha', 'alpha'],
        ['packaged', 'packaged'],
      ]);
    });

    it('and takes none that speaks for another provider, or cannot be read', async () => {
      write('providers/alpha/conformance.json', report('packaged'));
      write('node_modules/some-provider/conformance.json', '{ "schema": ');
      expect(await reported()).toEqual([]);
    });
  });

  it('makes what breaks a finding of one line, whatever it throws, and loads the others', async () => {
    write('providers/alpha/alpha.module.js', `throw 'text ${'x'.repeat(1000)}\\nsecond line';`);
    write('providers/beta/beta.module.js', defining('beta'));
    write('providers/gamma/gamma.module.js', 'module.exports = null;');

    const { ids, findings } = await load([], 'providers', 'nowhere');

    expect(ids).toEqual(['beta']);
    expect(findings.map(({ provider, text }) => [provider, text.slice(0, 40)])).toEqual([
      ['alpha', 'cannot be loaded: text xxxxxxxxxxxxxxxxx'],
      ['gamma', 'exports nothing that defineProvider made'],
      [join(root, 'nowhere'), 'cannot be loaded: the folder cannot be r'],
    ]);
    expect(findings[0]?.text).not.toContain('second');
    expect(findings[0]?.text.length).toBeLessThan(400);
  });
});
