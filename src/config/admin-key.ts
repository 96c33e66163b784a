import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
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
  mkdirSync(dataDir, { recursive: true });
  const key = `mk_${randomBytes(32).toString('base64url')}`;
  return placeOnce(file, `${key}\n`) ? { key, file, isNew: true } : adminKeyIn(dataDir);
}

function readKey(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw new EnvironmentError([`the admin key cannot be read from ${file} (${errorCodeOf(error)})`]);
  }
  if (text.length >= 32) return text;
  throw new EnvironmentError([`${file} holds no admin key of 32 characters or more; delete it to have a new one made`]);
}
