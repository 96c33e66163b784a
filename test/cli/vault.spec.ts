import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AuditVerdict } from '../../src/contracts/audit-event.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import type { Archive, ArchiveSummary } from '../../src/core/archive/archive.port.js';
import type { AuditFilter } from '../../src/core/audit/audit-log.port.js';
import type { ImportFile, ImportPlan } from '../../src/core/import/import-plan.js';
import type { KeyRotation, RotationOutcome } from '../../src/core/key-rotation/key-rotation.port.js';
import { aPlan, migrationsOf, runTool, workbenchOf } from '../support/run-tool.js';

const finding = { code: 'duplicate-pair', rows: 2, text: 'two rows for one pair', examples: ['7'] };

describe('migrate', () => {
  it('shows which steps are applied, which are not, and which are not known', async () => {
    const workbench = migrationsOf({
      status: async () => ({
        steps: [
          { name: 'One1', isApplied: true },
          { name: 'Two2', isApplied: false },
        ],
        unknownSteps: ['Three3'],
        parkedRows: 4,
      }),
    });
    const { output } = await runTool(['migrate', 'status'], { workbench });
    expect(output).toBe(
      'applied  One1\npending  Two2\nunknown  Three3 (of a newer Maestro)\n4 rows are parked; the next `maestro migrate up` brings them back\n',
    );
    expect((await runTool(['migrate', 'status'], { workbench: migrationsOf({}) })).output).toBe('');
  });

  it('plans up, or down where asked', async () => {
    const asked: unknown[] = [];
    const workbench = migrationsOf({
      plan: async (direction) => {
        asked.push(direction);
        return aPlan({ steps: ['Two2'], rows: 3, notes: [finding] });
      },
    });
    const { exitCode, output } = await runTool(['migrate', 'plan'], { workbench });
    expect(output).toMatch(/^steps +Two2\nrows +3\n/);
    expect(output).toContain('duplicate-pair: 2 rows: two rows for one pair (such as 7)\n');
    expect(exitCode).toBe(0);
    await runTool(['migrate', 'plan', '--down'], { workbench });
    expect(asked).toEqual(['up', 'down']);
  });

  it('ends with 78 where a run would be refused, having told why', async () => {
    const workbench = migrationsOf({ plan: async () => aPlan({ problems: [{ ...finding, examples: [] }] }) });
    const { exitCode, output, errors } = await runTool(['migrate', 'plan'], { workbench });
    expect(output).toMatch(/^steps +none\n/);
    expect(errors).toBe('maestro: two rows for one pair\n');
    expect(exitCode).toBe(78);
  });

  it('tells on standard error how far it is, each tenth in a line, and what was done on standard output', async () => {
    const workbench = migrationsOf({
      up: async ({ onProgress } = {}) => {
        for (let done = 0; done <= 1000; done += 1) onProgress?.({ step: 'Seal', done, total: 1000 });
        onProgress?.({ step: 'Empty', done: 0, total: 0 });
        return { steps: ['Seal'] };
      },
    });
    const { output, errors } = await runTool(['migrate', 'up'], { workbench });
    expect(output).toBe('done  Seal\n');
    expect(errors.split('\n').slice(0, 2)).toEqual(['Seal: 0 of 1000 (0 %)', 'Seal: 100 of 1000 (10 %)']);
    expect(errors.trimEnd().split('\n')).toHaveLength(12);
    const terminal = await runTool(['migrate', 'up'], { workbench, isTerminal: true });
    expect(terminal.errors).toContain('\r\u001b[2KSeal: 550 of 1000 (55 %)');
    expect(terminal.errors).toMatch(/\n$/);
    const json = await runTool(['migrate', 'up', '--json'], { workbench });
    expect(json.errors).toBe('');
    expect(JSON.parse(json.output)).toEqual({ steps: ['Seal'] });
  });

  it('says that there is nothing to do', async () => {
    expect(await runTool(['migrate', 'up'], { workbench: migrationsOf({}), isTerminal: true })).toMatchObject({
      output: 'nothing to do\n',
      errors: '',
    });
  });

  it('parks rows with consent only', async () => {
    const asked: unknown[] = [];
    const workbench = migrationsOf({
      down: async (options) => {
        asked.push(options?.park);
        return { steps: ['Two2'] };
      },
    });
    await runTool(['migrate', 'down'], { workbench });
    await runTool(['migrate', 'down', '--park'], { workbench });
    expect(asked).toEqual([false, true]);
  });
});

describe('encryption', () => {
  const outcome: RotationOutcome = { primaryId: 'k2', rewrapped: 5, remaining: 0, unreadable: [] };
  const rotationOf = (parts: Partial<KeyRotation>): ReturnType<typeof workbenchOf> =>
    workbenchOf({
      keyRotation: async () => ({
        status: async () => ({ primaryId: 'k2', keys: [], remaining: 0, replicas: [] }),
        rotate: async () => outcome,
        retire: async () => undefined,
        ...parts,
      }),
    });

  it('shows keys, what each seals, and who holds them', async () => {
    const workbench = rotationOf({
      status: async () => ({
        primaryId: 'k2',
        keys: [
          { keyId: 'k2', isPrimary: true, isHeld: true, isRetired: false, uses: [], rows: 0 },
          { keyId: 'k1', isPrimary: false, isHeld: false, isRetired: true, uses: [], rows: 7 },
        ],
        remaining: 7,
        replicas: [{ replicaId: 'r1', primaryId: 'k2', keyIds: ['k1', 'k2'], seenAt: new Date(0) }],
      }),
    });
    const { output } = await runTool(['encryption', 'status'], { workbench });
    expect(output).toMatch(/^KEY +IS +ROWS\nk2 +primary, held +0\nk1 +missing, retired +7\n/);
    expect(output).toMatch(/\nr1 +k2 +k1, k2 +1970-01-01T00:00:00.000Z\n/);
    expect(output).toContain('7 rows to be moved');
    expect((await runTool(['encryption', 'status'], { workbench: rotationOf({}) })).output).toBe('KEY  IS  ROWS\n');
  });

  it('rotates with progress', async () => {
    const workbench = rotationOf({
      rotate: async (options) => {
        options?.onProgress?.({ done: 5, total: 5 });
        return outcome;
      },
    });
    const { exitCode, output, errors } = await runTool(['encryption', 'rotate'], { workbench });
    expect(output).toMatch(/^primary +k2\nmoved +5\nremaining +0\n$/);
    expect(errors).toBe('rows: 5 of 5 (100 %)\n');
    expect(exitCode).toBe(0);
  });

  it('ends with 65 where rows are left', async () => {
    const unreadable = [{ table: 'saved_authentications', id: 'i1', keyId: 'k0' }];
    const workbench = rotationOf({ rotate: async () => ({ ...outcome, remaining: 2, unreadable }) });
    const { exitCode, output } = await runTool(['encryption', 'rotate'], { workbench });
    expect(output).toContain('unreadable  saved_authentications i1 (k0)\n');
    expect(exitCode).toBe(65);
  });

  it('retires a key, unless it is in use', async () => {
    expect(await runTool(['encryption', 'retire', 'k1'], { workbench: rotationOf({}) })).toMatchObject({ exitCode: 0 });
    const inUse = rotationOf({
      retire: () => Promise.reject(new MaestroError('encryption.key-in-use', { keyId: 'k1', uses: ['7 rows'] })),
    });
    expect(await runTool(['encryption', 'retire', 'k1'], { workbench: inUse })).toMatchObject({ exitCode: 65 });
  });
});

describe('audit', () => {
  const head = { seq: 9, hash: 'a'.repeat(64) };
  const auditOf = (verdict: AuditVerdict, seen: unknown[] = []): ReturnType<typeof workbenchOf> => {
    const unused = (): Promise<never> => Promise.reject(new Error('not asked for'));
    return workbenchOf({
      audit: async () => ({
        append: unused,
        reseal: unused,
        list: async (filter: AuditFilter) => {
          seen.push(filter);
          return [{ seq: 9, at: new Date(0), actor: 'local', action: 'session.create', target: 't1', outcome: 'done', hash: head.hash }];
        },
        verify: async (check) => {
          check?.onProgress?.(9, 9);
          seen.push(check?.checkpoint);
          return verdict;
        },
      }),
    });
  };
  const sound: AuditVerdict = { ok: true, checked: 9, withoutKey: 0, head };

  it('lists what was done, and takes a filter', async () => {
    const seen: unknown[] = [];
    const workbench = auditOf(sound, seen);
    expect((await runTool(['audit', 'list'], { workbench })).output).toMatch(
      /\n9 +1970-01-01T00:00:00.000Z +local +session.create +t1 +done +-\n$/,
    );
    await runTool('audit list --limit 200 --before 7 --target t1 --actor local'.split(' '), { workbench });
    expect(seen).toEqual([{ limit: 50 }, { limit: 200, before: 7, target: 't1', actor: 'local' }]);
    expect(await runTool(['audit', 'list', '--limit', '201'], { workbench })).toMatchObject({ exitCode: 64 });
  });

  it('says where the trail ends, for a checkpoint later', async () => {
    const seen: unknown[] = [];
    const { exitCode, output } = await runTool(['audit', 'verify'], { workbench: auditOf(sound, seen) });
    expect(output).toContain(`end     9:${head.hash}\n`);
    expect(exitCode).toBe(0);
    await runTool(['audit', 'verify', '--checkpoint', `9:${head.hash}`], { workbench: auditOf(sound, seen) });
    expect(seen).toEqual([undefined, head]);
    expect(await runTool(['audit', 'verify', '--checkpoint', '9'], { workbench: auditOf(sound) })).toMatchObject({ exitCode: 64 });
  });

  it.each([
    [{ seq: 4, problem: 'changed' as const }, /event 4 \(changed\)/],
    [undefined, /event 9 \(unknown\)/],
  ])('ends with 65 where the trail does not hold: %j', async (firstBroken, message) => {
    const verdict = { ...sound, ok: false, withoutKey: 2, ...(firstBroken !== undefined && { firstBroken }) };
    const { exitCode, output, errors } = await runTool(['audit', 'verify'], { workbench: auditOf(verdict) });
    expect(output).toMatch(/^holds +no\n/);
    expect(errors).toMatch(message);
    expect(exitCode).toBe(65);
  });
});

describe('files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-cli-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const summary: ArchiveSummary = {
    createdAt: new Date(0),
    schema: 'Two2',
    rows: { saved_authentications: 3 },
    keyIds: ['k1'],
    unreadable: [],
    sha256: 'b'.repeat(64),
  };

  const archiveOf = (parts: Partial<Archive>): ReturnType<typeof workbenchOf> => {
    const read: Archive['verify'] = async (source) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of source.open()) pieces.push(piece);
      return { ...summary, sha256: Buffer.concat(pieces).toString() };
    };
    return workbenchOf({
      archive: async () => ({
        backup: async (sink, options) => {
          await sink.write(Buffer.from('sealed '));
          options?.onProgress?.({ step: 'backup', done: 3, total: 3 });
          await sink.write(Buffer.from('rows'));
          return summary;
        },
        verify: read,
        restore: async (source) => ({ ...(await read(source)), stale: 1 }),
        ...parts,
      }),
    });
  };

  describe('backup', () => {
    it('writes a file for its owner only, whole or not at all', async () => {
      const file = join(folder, 'vault.backup');
      const { exitCode, output, errors } = await runTool(['backup', file], { workbench: archiveOf({}) });
      expect(exitCode).toBe(0);
      expect(output).toMatch(/rows +saved_authentications: 3\n/);
      expect(errors).toBe('backup: 3 of 3 (100 %)\n');
      expect(readFileSync(file, 'utf8')).toBe('sealed rows');
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });

    it('leaves nothing behind where it fails', async () => {
      const broken = archiveOf({
        backup: async (sink) => {
          await sink.write(Buffer.from('half'));
          throw new MaestroError('database.unavailable', {});
        },
      });
      expect(await runTool(['backup', join(folder, 'vault.backup')], { workbench: broken })).toMatchObject({ exitCode: 75 });
      expect(readdirSync(folder)).toEqual([]);
    });

    it('writes over no other file', async () => {
      const file = join(folder, 'precious');
      writeFileSync(file, 'precious');
      const { exitCode, errors } = await runTool(['backup', file], { workbench: archiveOf({}) });
      expect(errors).toContain('cannot be written (it is there already)');
      expect(exitCode).toBe(64);
      expect(readFileSync(file, 'utf8')).toBe('precious');
      expect(await runTool(['backup', join(folder, 'no/such/folder')], { workbench: archiveOf({}) })).toMatchObject({ exitCode: 64 });
    });
  });

  describe('restore', () => {
    it('reads the file, and tells which sessions need attention', async () => {
      const file = join(folder, 'vault.backup');
      writeFileSync(file, 'sealed rows');
      const { output } = await runTool(['restore', file], { workbench: archiveOf({}) });
      expect(output).toContain('sealed rows');
      expect(output).toContain('1 sessions need attention');
    });

    it('only looks at it when asked to', async () => {
      const file = join(folder, 'vault.backup');
      writeFileSync(file, 'sealed rows');
      const verify: Archive['verify'] = async () => ({ ...summary, unreadable: ['i1'] });
      const workbench = archiveOf({ verify, restore: () => Promise.reject(new Error('restored')) });
      expect((await runTool(['restore', file, '--dry-run'], { workbench })).output).toMatch(/unreadable +i1\n/);
    });

    it('ends with 64 where there is no such file', async () => {
      const { exitCode, errors } = await runTool(['restore', join(folder, 'nothing')], { workbench: archiveOf({}) });
      expect(errors).toContain('cannot be read (ENOENT)');
      expect(exitCode).toBe(64);
    });
  });

  describe('import', () => {
    const item = {
      tool: 'codex' as const,
      origin: 'auth.json',
      provider: ProviderId.parse('acme'),
      authType: 'oauth' as const,
      name: 'imported',
      verdict: 'create' as const,
    };
    const importsOf = (plan: ImportPlan, seen: (readonly ImportFile[])[] = []): ReturnType<typeof workbenchOf> =>
      workbenchOf({
        imports: async () => ({
          plan: async (files) => {
            seen.push(files);
            return plan;
          },
          apply: async (files) => {
            seen.push(files);
            return { ...plan, created: [] };
          },
        }),
      });

    it('hands a file over as a secret, and says whose login would end', async () => {
      const seen: (readonly ImportFile[])[] = [];
      writeFileSync(join(folder, 'auth.json'), '{"token":"secret"}');
      const items = [
        { ...item, invalidatesLoginOf: 'Codex' },
        { ...item, name: 'other', verdict: 'name-taken' as const, note: 'it is there' },
      ];
      const workbench = importsOf({ items, troubles: [] }, seen);
      const { exitCode, output } = await runTool(['import', 'codex', join(folder, 'auth.json'), '--dry-run'], { workbench });
      expect(output).toContain('the login of Codex ends when Maestro first refreshes its tokens');
      expect(output).toMatch(/other +name-taken +it is there\n/);
      expect(exitCode).toBe(0);
      expect(seen.flat().map(({ tool, name, text }) => [tool, name, text.reveal()])).toEqual([
        ['codex', 'auth.json', '{"token":"secret"}'],
      ]);
    });

    it('reads every JSON file of a folder', async () => {
      const seen: (readonly ImportFile[])[] = [];
      mkdirSync(join(folder, 'proxy'));
      for (const name of ['b.json', 'a.json', 'notes.txt']) writeFileSync(join(folder, 'proxy', name), '{}');
      await runTool(['import', 'cli-proxy-api', join(folder, 'proxy')], { workbench: importsOf({ items: [], troubles: [] }, seen) });
      expect(seen.flat().map(({ name }) => name)).toEqual(['a.json', 'b.json']);
    });

    it('ends with 64 where something could not be read', async () => {
      const file = join(folder, '.env');
      writeFileSync(file, 'x');
      const workbench = importsOf({ items: [], troubles: [{ origin: '.env', text: 'line 1 is none' }] });
      const { exitCode, output, errors } = await runTool(['import', 'env', file], { workbench });
      expect(output).toContain('not read: .env: line 1 is none\n');
      expect(errors).toBe('maestro: .env: line 1 is none\n');
      expect(exitCode).toBe(64);
      expect(await runTool(['import', 'env', join(folder, 'nothing')], { workbench })).toMatchObject({ exitCode: 64 });
      expect(await runTool(['import', 'keychain', file], { workbench })).toMatchObject({ exitCode: 64 });
      expect(existsSync(file)).toBe(true);
    });
  });
});
