import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { adminKeyIn } from './admin-key.js';
import { EnvironmentError } from './environment.js';

describe('the admin key of a data directory', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'maestro-admin-key-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('is made at the first start, for the owner only, and stays', () => {
    const first = adminKeyIn(join(dataDir, 'not', 'there'));
    const second = adminKeyIn(join(dataDir, 'not', 'there'));

    expect(first).toMatchObject({ isNew: true, key: expect.stringMatching(/^mk_[\w-]{43}$/) });
    expect(second).toEqual({ ...first, isNew: false });
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    expect(readFileSync(first.file, 'utf8')).toBe(`${first.key}\n`);
    expect(readdirSync(join(dataDir, 'not', 'there'))).toEqual(['admin-key']);
  });

  it('is refused where the file holds too little', () => {
    writeFileSync(join(dataDir, 'admin-key'), 'short\n', { mode: 0o600 });

    expect(() => adminKeyIn(dataDir)).toThrow(EnvironmentError);
    expect(() => adminKeyIn(dataDir)).toThrow(/holds no admin key of 32 characters or more/);
  });

  it('is refused where others may read it', () => {
    writeFileSync(join(dataDir, 'admin-key'), 'k'.repeat(40), { mode: 0o644 });

    expect(() => adminKeyIn(dataDir)).toThrow(/others may read the admin key in .*; take that away with: chmod 600/);
  });

  it('says what to set where no file can be made', () => {
    writeFileSync(join(dataDir, 'file'), '');

    expect(() => adminKeyIn(join(dataDir, 'file', 'folder'))).toThrow(/no admin key can be kept in .* \(ENOTDIR\); set MAESTRO_ADMIN_KEY/);
  });

  it('is refused where the file cannot be read', () => {
    mkdirSync(join(dataDir, 'admin-key'));

    expect(() => adminKeyIn(dataDir)).toThrow(/cannot be read from .*admin-key \(EISDIR\)/);
  });
});
