import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

import { underLock } from './folder-lock.js';

describe('the lock of a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-lock-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('lets one at a time through, of thirty who come together', async () => {
    let inside = 0;
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      inside += 1;
      for (let turns = 0; turns < 5; turns += 1) await turn();
      seen.push(inside);
      inside -= 1;
    };

    await Promise.all(Array.from({ length: 30 }, () => underLock(folder, 30_000, work)));

    expect(seen).toEqual(Array.from({ length: 30 }, () => 1));
  });

  it('gives back what the work gave, and is free again where the work failed', async () => {
    await expect(underLock(folder, 1000, async () => 'done')).resolves.toBe('done');
    await expect(underLock(folder, 1000, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    await expect(underLock(folder, 1000, async () => 'again')).resolves.toBe('again');
  });

  it('is free where its file is left over from a process that died', async () => {
    writeFileSync(join(folder, 'lock.41'), '');
    writeFileSync(join(folder, 'holder.41'), 'process 1 on a machine of old');

    await expect(underLock(folder, 1000, async () => readdirSync(folder).sort())).resolves.toEqual(['holder.42', 'lock.42']);
    expect(readdirSync(folder)).toEqual(['lock.42']);
  });

  it('leaves one small file, however often it was taken', async () => {
    for (let round = 0; round < 5; round += 1) await underLock(folder, 1000, async () => undefined);

    expect(readdirSync(folder)).toEqual(['lock.5']);
  });

  it('gives up after the time that it was given, and says whom it waited for', async () => {
    let release = (): void => undefined;
    const held = underLock(folder, 1000, () => new Promise<void>((resolve) => (release = resolve)));
    while (!readdirSync(folder).includes('holder.1')) await turn();

    const holder = `process ${String(process.pid)} on ${hostname()} (${join(folder, 'lock.1')})`;
    await expect(underLock(folder, 30, async () => undefined)).rejects.toMatchObject({ name: 'LockTimeout', holder });

    release();
    await held;
  });

  it('passes on what the folder says', async () => {
    await expect(underLock(join(folder, 'missing'), 1000, async () => undefined)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
