// A process that holds the lock of a folder and stands still, as one whose event loop is blocked: `lock-holder.mjs <folder>`.
// Says so first; ends by being killed.
import { writeSync } from 'node:fs';

import { underLock } from '../../dist/persistence/local-postgres/folder-lock.js';

const [folder = ''] = process.argv.slice(2);
await underLock(folder, 30_000, async () => {
  writeSync(1, 'held\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000);
});
