import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';

import type { ArchiveSink, ArchiveSource } from '../../core/archive/archive.port.js';
import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import { usageError } from './usage-error.js';

/** For its owner only, and under its name only when it is complete. @throws MaestroError `request.invalid` where it is there already */
export async function writeArchive<T>(path: string, work: (sink: ArchiveSink) => Promise<T>): Promise<T> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
  const file = await open(draft, 'wx', 0o600).catch((error: unknown) => cannot('written', path, error));
  try {
    const result = await work({
      async write(bytes) {
        await file.appendFile(bytes);
      },
    });
    await file.sync();
    // A link, unlike a rename, is never put over another file.
    await link(draft, path).catch((error: unknown) => cannot('written', path, error));
    return result;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}

/** @throws MaestroError `request.invalid` where it cannot be read */
export function archiveIn(path: string): ArchiveSource {
  return {
    async *open() {
      try {
        for await (const piece of createReadStream(path)) yield piece as Uint8Array;
      } catch (error) {
        cannot('read', path, error);
      }
    },
  };
}

export function cannot(what: 'read' | 'written', path: string, error: unknown): never {
  throw unusable(what, path, error);
}

function unusable(what: string, path: string, error: unknown): MaestroError {
  const code = codeOf(error);
  return usageError(`${JSON.stringify(path)} cannot be ${what} (${code === 'EEXIST' ? 'it is there already' : code})`);
}

/** By its form: `instanceof` fails for errors of another realm. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}
