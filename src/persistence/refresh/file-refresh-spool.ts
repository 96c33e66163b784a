import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { RefreshSpool, SpooledResult } from '../../core/refresh/refresh-spool.port.js';
import { errorCodeOf } from '../error-code.js';
import { resultFromText, textFromResult } from './spooled-result.js';

/** One file a result, in a folder of ours; sealed as it will be in its row. */
export class FileRefreshSpool implements RefreshSpool {
  constructor(private readonly folder: string) {}

  /** Under its name only when every byte is on the disk, and the name too. */
  async write(result: SpooledResult): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const draft = join(this.folder, `${randomUUID()}.draft`);
    try {
      await written(draft, textFromResult(result));
      await rename(draft, this.fileOf(result.attemptId));
      await synced(this.folder);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async list(): Promise<readonly SpooledResult[]> {
    const names = await namesIn(this.folder);
    const results = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => readResult(join(this.folder, name))));
    return results.filter((result) => result !== undefined);
  }

  async remove(attemptId: string): Promise<void> {
    await rm(this.fileOf(attemptId), { force: true });
  }

  private fileOf(attemptId: string): string {
    return join(this.folder, `${attemptId}.json`);
  }
}

/** Where there is no folder for it: a result is as safe as the process. */
export const noSpool: RefreshSpool = {
  write: () => Promise.reject(new Error('this Maestro was given no folder for a spool')),
  list: async () => [],
  remove: async () => undefined,
};

async function written(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** `undefined` where another process has seen to it meanwhile, or it is nothing of ours. */
async function readResult(file: string): Promise<SpooledResult | undefined> {
  try {
    return resultFromText(await readFile(file, 'utf8'));
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
