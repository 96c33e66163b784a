import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ProviderId } from '../../contracts/provider-id.js';
import { SessionId } from '../../contracts/session.js';
import type { SpooledResult } from '../../core/refresh/refresh-spool.port.js';
import { FileRefreshSpool, noSpool } from './file-refresh-spool.js';

const sessionId = SessionId.of('6f0e0d3e-6bd4-4d3b-9a2e-1f4a7ad1c001');
const provider = ProviderId.parse('whole');
const secret = { bytes: Buffer.from([0, 255, 7]), keyId: 'k1' };
const bare: SpooledResult = {
  ...{ attemptId: '6f0e0d3e-6bd4-4d3b-9a2e-1f4a7ad1c002', sessionId, provider, epoch: 3, fromVersion: 4, secret, fingerprint: 'k1:abc' },
  ...{ issuedAt: new Date('2026-03-01T10:00:00Z'), nextRefreshAt: new Date('2026-03-01T10:50:00Z') },
};
const full: SpooledResult = {
  ...{ ...bare, attemptId: '6f0e0d3e-6bd4-4d3b-9a2e-1f4a7ad1c003', expiresAt: new Date('2026-03-01T11:00:00Z') },
  replaced: { id: bare.attemptId, sessionId, provider, secret, secretVersion: 4 },
};

describe('the spool', () => {
  let folder: string;
  let spool: FileRefreshSpool;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'maestro-spool-')), 'spool');
    spool = new FileRefreshSpool(folder);
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  it('gives back what was put in, until it is taken out', async () => {
    expect(await spool.list()).toEqual([]);
    for (const result of [bare, full, full]) await spool.write(result);

    expect((await spool.list()).toSorted((one, two) => one.attemptId.localeCompare(two.attemptId))).toEqual([bare, full]);
    for (const { attemptId } of [bare, full, full]) await spool.remove(attemptId);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is for its owner’s eyes', async () => {
    await spool.write(bare);
    const modes = await Promise.all([folder, join(folder, `${bare.attemptId}.json`)].map(async (path) => (await stat(path)).mode & 0o777));
    expect(modes).toEqual([0o700, 0o600]);
  });

  it.each(['', '{', '[]', 'null', '{"sessionId":"x"}'])('does not stumble over a file that is no result: %j', async (text) => {
    await spool.write(bare);
    await writeFile(join(folder, 'other.json'), text);
    await writeFile(join(folder, 'half.draft'), text);

    expect(await spool.list()).toEqual([bare]);
  });

  it('does not take a result without its secret for one', async () => {
    await spool.write(full);
    const file = join(folder, `${full.attemptId}.json`);
    const values = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...values, secret: 'gone' }));
    expect(await spool.list()).toEqual([]);
    await writeFile(file, JSON.stringify({ ...values, epoch: 'three' }));
    expect(await spool.list()).toEqual([]);
    await writeFile(file, JSON.stringify({ ...values, replaced: { id: 7 } }));
    expect(await spool.list()).not.toEqual([full]);
  });

  it('leaves no draft behind where there is no room for the file', async () => {
    await spool.write(bare);
    await rm(join(folder, `${bare.attemptId}.json`));
    await writeFile(join(folder, 'in-the-way'), '');
    const blocked = new FileRefreshSpool(join(folder, 'in-the-way'));

    await expect(blocked.write(bare)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(blocked.list()).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(await readdir(folder)).toEqual(['in-the-way']);
  });

  it('can be none', async () => {
    await expect(noSpool.write(bare)).rejects.toThrow('no folder');
    expect(await noSpool.list()).toEqual([]);
    await expect(noSpool.remove(bare.attemptId)).resolves.toBeUndefined();
  });
});
