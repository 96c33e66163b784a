import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { errorCodeOf } from '../error-code.js';
import { KeyRing } from './key-ring.js';

export interface KeySettings {
  /** MAESTRO_ENCRYPTION_KEYS. */
  readonly keys?: string;
  /** MAESTRO_ENCRYPTION_PRIMARY. */
  readonly primary?: string;
  /** Of the private PostgreSQL, which may have its keys in a file beside it. Absent: keys must be given. */
  readonly dataDir?: string;
}

export interface LoadedKeys {
  readonly keyRing: KeyRing;
  /** Where the keys lie, if they lie in a file. */
  readonly file?: string;
  /** True for the one start that made the file. */
  readonly isNew: boolean;
}

/**
 * The keys that were given, or those of the data directory's key file, which is made at the first start and only then: once
 * there is a database, a new key would open nothing in it.
 *
 * @throws MaestroError `encryption.key-invalid`
 */
export async function loadKeys({ keys, primary, dataDir }: KeySettings): Promise<LoadedKeys> {
  if (keys !== undefined && keys.trim() !== '') return { keyRing: KeyRing.parse(keys, primary), isNew: false };
  if (dataDir === undefined) {
    throw invalid('with DATABASE_URL there must be MAESTRO_ENCRYPTION_KEYS (id=base64 of 32 random bytes); nothing is stored unsealed');
  }
  const file = join(dataDir, 'encryption-keys.env');
  const isNew = !existsSync(file) && (await makeKeyFile(file));
  return { keyRing: await readKeyFile(file), file, isNew };
}

async function readKeyFile(file: string): Promise<KeyRing> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw invalid(`others may read the key file ${file}; take that away with: chmod 600 ${file}`);
  const values = parseEnv(await readFile(file, 'utf8'));
  const keys = values['MAESTRO_ENCRYPTION_KEYS'];
  if (keys === undefined) throw invalid(`the key file ${file} holds no MAESTRO_ENCRYPTION_KEYS`);
  return KeyRing.parse(keys, values['MAESTRO_ENCRYPTION_PRIMARY']);
}

/** Whole, on the disk, and never over another process's: it appears by a link. False where another was first. */
async function makeKeyFile(file: string): Promise<boolean> {
  const folder = dirname(file);
  if (existsSync(join(folder, 'postgres', 'data'))) {
    throw invalid(
      `the key file ${file} is gone, and the database beside it is sealed with its keys; put it back, or set MAESTRO_ENCRYPTION_KEYS`,
    );
  }
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(keyFileText());
    await handle.sync();
    await link(draft, file);
    await syncFolder(folder);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}

function keyFileText(): string {
  const id = `key-${randomBytes(4).toString('hex')}`;
  return [
    '# Made by Maestro. Keep a copy in a safe place, and never beside a copy of the database:',
    '# without this key no credential in the database can be read again.',
    `MAESTRO_ENCRYPTION_KEYS=${id}=${randomBytes(32).toString('base64')}`,
    `MAESTRO_ENCRYPTION_PRIMARY=${id}`,
    '',
  ].join('\n');
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function invalid(problem: string): MaestroError {
  return new MaestroError('encryption.key-invalid', { problem });
}
