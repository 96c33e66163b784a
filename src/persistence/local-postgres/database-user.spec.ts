import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { closedFolder, databaseUserFor } from './database-user.js';

describe('the user that runs the server', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'maestro-user-'));
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'one'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('is ourselves, or for root one that is not', async () => {
    const user = await databaseUserFor(join(root, 'none'));

    if (process.getuid?.() === 0) expect(user).toMatchObject({ name: expect.stringMatching(/^(postgres|nobody)$/) });
    else expect(user).toBeUndefined();
    expect(user?.uid).not.toBe(0);
  });

  it.each([
    ['owner', 0o100, 'owner'],
    ['group', 0o010, 'group'],
    ['everybody else', 0o001, 'other'],
  ])('may pass a folder by the right of its %s', async (_who, right, as) => {
    const { uid, gid } = statSync(root);
    const user = { name: 'x', uid: as === 'owner' ? uid : uid + 1, gid: as === 'group' ? gid : gid + 1 };
    const folder = join(root, 'one');
    chmodSync(folder, right);

    await expect(closedFolder(folder, user)).resolves.toBeUndefined();

    chmodSync(folder, 0o111 & ~right);
    await expect(closedFolder(folder, user)).resolves.toBe(folder);
  });
});
