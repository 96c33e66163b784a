import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Ends the PostgreSQL of a test folder without ceremony and removes the folder. */
export async function removeServerFolder(folder) {
  const file = join(folder, 'postgres', 'data', 'postmaster.pid');
  if (existsSync(file)) {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    try {
      process.kill(pid, 'SIGQUIT');
      for (let waited = 0; existsSync(file) && waited < 5000; waited += 20) await delay(20);
    } catch {
      // It is gone already.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
