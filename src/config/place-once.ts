import { randomBytes } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';

import { errorCodeOf } from './error-code.js';

/**
 * Makes a file that only its owner may read: whole or not at all, and never over another process's. It appears by a link,
 * which fails where one is there already; then the answer is false.
 */
export function placeOnce(file: string, text: string): boolean {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}
