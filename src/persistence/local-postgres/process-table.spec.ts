import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';

import { isAlive, isNamedPostgres, workingFolderOf } from './process-table.js';

const noProcess = 2_147_483_646;

describe('what the system tells of a process', () => {
  it('is whether it lives', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    expect(isAlive(child.pid ?? 0)).toBe(true);

    child.kill('SIGKILL');
    await once(child, 'exit');

    expect(isAlive(child.pid ?? 0)).toBe(false);
    expect(isAlive(noProcess)).toBe(false);
    expect(isAlive(1)).toBe(true);
  });

  it('is where it works', async () => {
    const expected = process.platform === 'linux' ? realpathSync(process.cwd()) : 'unknown';

    await expect(workingFolderOf(process.pid)).resolves.toBe(expected);
    await expect(workingFolderOf(noProcess)).resolves.toBe(process.platform === 'linux' ? undefined : 'unknown');
  });

  it('is whether it is called as a server of PostgreSQL is', async () => {
    const named = spawn('/bin/sh', ['-c', 'exec -a postgres sleep 60'], { stdio: 'ignore', shell: '/bin/bash' });

    await expect(isNamedPostgres(process.pid)).resolves.toBe(false);
    await expect(isNamedPostgres(noProcess)).resolves.toBe(false);
    named.kill();
  });
});
