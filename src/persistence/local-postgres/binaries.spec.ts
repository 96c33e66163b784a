import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findBinaries } from './binaries.js';

/** Hand-made: programs that only tell a version. */
function plant(folder: string, answer: string, programs: readonly string[] = ['postgres', 'initdb']): string {
  mkdirSync(folder, { recursive: true });
  for (const program of programs) writeFileSync(join(folder, program), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
  return folder;
}

describe('the binaries of PostgreSQL', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'maestro-binaries-'));
    chmodSync(root, 0o755);
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('are those of the folder that was named', async () => {
    const folder = plant(join(root, 'bin'), 'postgres (PostgreSQL) 17.2 (Debian 17.2-1)');

    await expect(findBinaries({ folder })).resolves.toEqual({ folder, major: 17 });
    await expect(findBinaries({ folder, major: 17 })).resolves.toEqual({ folder, major: 17 });
  });

  it.each([
    ['too old', 'postgres (PostgreSQL) 14.9', ['postgres', 'initdb']],
    ['something else', 'hello', ['postgres', 'initdb']],
    ['not all there', 'postgres (PostgreSQL) 17.2', ['postgres']],
    ['not there', '', []],
  ])('are not taken from a folder where they are %s', async (_how, answer, programs) => {
    const folder = plant(join(root, 'bin'), answer, programs);

    await expect(findBinaries({ folder })).rejects.toMatchObject({
      code: 'database.no-binaries',
      message: expect.stringContaining(folder),
    });
    await expect(findBinaries({ folder, major: 17 })).rejects.toMatchObject({ code: 'database.no-binaries' });
  });

  it('are not taken of another version than the data directory has', async () => {
    const folder = plant(join(root, 'bin'), 'postgres (PostgreSQL) 17.2');

    await expect(findBinaries({ folder, major: 16 })).rejects.toMatchObject({
      code: 'database.wrong-version',
      parameters: { found: '17', expected: '16' },
    });
  });

  it('are not taken where the user that runs them may not go', async () => {
    const folder = plant(join(root, 'closed', 'bin'), 'postgres (PostgreSQL) 17.2');
    chmodSync(join(root, 'closed'), 0o700);
    const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 };

    await expect(findBinaries({ folder, user: stranger })).rejects.toMatchObject({ code: 'database.no-binaries' });
  });

  it('are found on this machine, as all tests with a database need them', async () => {
    const found = await findBinaries({});

    expect(found.major).toBeGreaterThanOrEqual(15);
    await expect(findBinaries({ major: found.major })).resolves.toEqual(found);
  });

  it('are looked for in every place where the data directory needs another version', async () => {
    await expect(findBinaries({ major: 99 })).rejects.toMatchObject({ code: 'database.wrong-version', parameters: { expected: '99' } });
  });
});
