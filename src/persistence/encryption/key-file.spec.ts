import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadKeys } from './key-file.js';

describe('the encryption keys', () => {
  let dataDir: string;
  let file: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'maestro-keys-'));
    file = join(dataDir, 'encryption-keys.env');
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('are those of the environment where it has some, and no file is made', async () => {
    const keys = `mine=${randomBytes(32).toString('base64')}`;

    const loaded = await loadKeys({ keys, dataDir });

    expect(loaded.keyRing.primaryId).toBe('mine');
    expect(loaded.isNew).toBe(false);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('are made at the first start of a data directory, for its owner only, and stay', async () => {
    const first = await loadKeys({ dataDir: join(dataDir, 'not', 'there') });
    const second = await loadKeys({ dataDir: join(dataDir, 'not', 'there') });

    expect(first).toMatchObject({ isNew: true, file: join(dataDir, 'not', 'there', 'encryption-keys.env') });
    expect(second).toMatchObject({ isNew: false, file: first.file });
    expect(second.keyRing.ids).toEqual(first.keyRing.ids);
    expect(statSync(first.file ?? '').mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dataDir, 'not', 'there'))).toEqual(['encryption-keys.env']);
  });

  it('are one set even where several processes start at the same time', async () => {
    const loaded = await Promise.all(Array.from({ length: 8 }, () => loadKeys({ dataDir })));

    expect(new Set(loaded.map(({ keyRing }) => keyRing.primaryId)).size).toBe(1);
    expect(loaded.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  it('can be given to another machine as they stand in the file', async () => {
    await loadKeys({ dataDir });
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('MAESTRO_'));
    const [keys, primary] = lines.map((line) => line.slice(line.indexOf('=') + 1));

    const { keyRing } = await loadKeys({ keys: keys ?? '', primary: primary ?? '' });

    expect(keyRing.primaryId).toBe(primary);
  });

  it.each([undefined, '', ' '])('must be given for a database elsewhere (%j)', async (keys) => {
    const settings = keys === undefined ? {} : { keys };

    await expect(loadKeys(settings)).rejects.toMatchObject({
      code: 'encryption.key-invalid',
      message: expect.stringMatching(/^with DATABASE_URL there must be MAESTRO_ENCRYPTION_KEYS .*$/),
    });
  });

  it('are not made anew beside a database that was sealed with others', async () => {
    mkdirSync(join(dataDir, 'postgres', 'data'), { recursive: true });

    await expect(loadKeys({ dataDir })).rejects.toMatchObject({ message: expect.stringContaining(`the key file ${file} is gone`) });
    expect(readdirSync(dataDir)).toEqual(['postgres']);
  });

  it('are refused where others may read them', async () => {
    await loadKeys({ dataDir });
    chmodSync(file, 0o644);

    await expect(loadKeys({ dataDir })).rejects.toMatchObject({ message: expect.stringContaining(`chmod 600 ${file}`) });
  });

  it('are refused where the file holds none', async () => {
    writeFileSync(file, 'SOMETHING=else\n', { mode: 0o600 });

    await expect(loadKeys({ dataDir })).rejects.toMatchObject({ message: expect.stringContaining('holds no MAESTRO_ENCRYPTION_KEYS') });
  });

  it('are not made where the folder cannot be written', async () => {
    writeFileSync(join(dataDir, 'file'), '');

    await expect(loadKeys({ dataDir: join(dataDir, 'file', 'below') })).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTDIR|EEXIST/),
    });
  });
});
