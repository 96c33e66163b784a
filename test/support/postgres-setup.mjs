import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { prepareLeakScan } from './leak-scan.mjs';
import { removeServerFolder } from './remove-server-folder.mjs';

/** One folder for this run's private PostgreSQL. The first test that needs a database starts it there (test/support/postgres.ts). */
export default async function setUp() {
  await removeLeftOvers();
  process.env.MAESTRO_TEST_POSTGRES = mkdtempSync(join(tmpdir(), `maestro-test-${process.pid}-`));
  prepareLeakScan();
}

/** Of runs that were killed before they could clean up. */
async function removeLeftOvers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^maestro-(?:test|output)-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await removeServerFolder(join(tmpdir(), name)).catch(() => undefined);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
