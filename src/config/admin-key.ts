import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { EnvironmentError } from './environment.js';
import { errorCodeOf } from './error-code.js';
import { placeOnce } from './place-once.js';

export interface KeptAdminKey {
  readonly key: string;
  readonly file: string;
  /** True for the one start that made it: the only one that may print it. */
  readonly isNew: boolean;
}

/** The admin key of a data directory, made where there is none yet. @throws EnvironmentError where the file holds no usable key */
export function adminKeyIn(dataDir: string): KeptAdminKey {
  const file = join(dataDir, 'admin-key');
  const kept = readKey(file);
  if (kept !== undefined) return { key: kept, file, isNew: false };
  const key = `mk_${randomBytes(32).toString('base64url')}`;
  return placed(dataDir, file, key) ? { key, file, isNew: true } : adminKeyIn(dataDir);
}

function placed(dataDir: string, file: string, key: string): boolean {
  try {
    // Passable for root's: the private PostgreSQL lies in it and runs as another user.
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    return placeOnce(file, `${key}\n`);
  } catch (error) {
    throw new EnvironmentError([
      `no admin key can be kept in ${dataDir} (${errorCodeOf(error)}); set MAESTRO_ADMIN_KEY, or MAESTRO_DATA_DIR to a folder that can be written`,
    ]);
  }
}

function readKey(file: string): string | undefined {
  let text: string;
  let mode: number;
  try {
    text = readFileSync(file, 'utf8').trim();
    mode = statSync(file).mode;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCodeOf(error))) return undefined;
    throw new EnvironmentError([`the admin key cannot be read from ${file} (${errorCodeOf(error)})`]);
  }
  if ((mode & 0o077) !== 0)
    throw new EnvironmentError([`others may read the admin key in ${file}; take that away with: chmod 600 ${file}`]);
  if (text.length >= 32) return text;
  throw new EnvironmentError([`${file} holds no admin key of 32 characters or more; delete it to have a new one made`]);
}
