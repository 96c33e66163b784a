import { createHash, timingSafeEqual } from 'node:crypto';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ArchiveSource, ArchiveSummary } from '../../core/archive/archive.port.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import type { Header, Manifest } from './archive-format.js';
import { formatVersion, headerFromLine, headingFromLine, manifestFromLine, signatureFromLine } from './archive-format.js';
import { linesOf } from './lines.js';
import { signatureLine } from './write-archive.js';

/** Rows of one table, some of them at a time. Nothing vouches for them before the end. */
export interface RowBatch {
  readonly table: string;
  /** Each one JSON. */
  readonly rows: readonly string[];
  /** Rows of this table that came before these. */
  readonly before: number;
  /** All rows of this table, as the archive says. */
  readonly total: number;
}

const batchSize = 200;

/**
 * Reads an archive to its end and tells whether it is what one of our keys signed. Rows are handed out on the way: whoever
 * takes them must undo what came of it when this throws.
 *
 * @throws MaestroError `archive.damaged`, `archive.other-version`, `encryption.key-unknown`, and what `onRows` throws
 */
export async function readArchive(
  source: ArchiveSource,
  keys: KeyedMac,
  onRows: (batch: RowBatch) => Promise<void>,
): Promise<ArchiveSummary> {
  const reader = new ArchiveReader(source);
  try {
    const header = headerFrom(await reader.signedLine());
    const rows: Record<string, number> = {};
    for (;;) {
      const line = await reader.line();
      const heading = headingFromLine(line.toString('utf8'));
      if (heading === undefined) return summaryOf(header, await reader.checkedManifest(line, keys, rows));
      reader.sign(line);
      rows[heading.table] = heading.rows;
      await reader.rows(heading.table, heading.rows, onRows);
    }
  } finally {
    await reader.close();
  }
}

function headerFrom(line: string): Header {
  const header = headerFromLine(line);
  if (header === undefined) throw damaged('it does not begin as an archive of Maestro does');
  if (header.maestroArchive === formatVersion) return header;
  throw new MaestroError('archive.other-version', {
    problem: `the archive has format ${String(header.maestroArchive)}, and this version of Maestro reads format ${String(formatVersion)}`,
  });
}

class ArchiveReader {
  readonly #lines: AsyncGenerator<Buffer>;
  readonly #digest = createHash('sha256');

  constructor(source: ArchiveSource) {
    this.#lines = linesOf(source.open());
  }

  async line(): Promise<Buffer> {
    const next = await this.#lines.next();
    if (next.done === true || next.value.at(-1) !== 0x0a) throw damaged('it ends too early');
    return next.value;
  }

  /** Counts a line among those that the manifest vouches for. */
  sign(line: Buffer): void {
    this.#digest.update(line);
  }

  async signedLine(): Promise<string> {
    const line = await this.line();
    this.sign(line);
    return line.toString('utf8');
  }

  async rows(table: string, total: number, onRows: (batch: RowBatch) => Promise<void>): Promise<void> {
    for (let before = 0; before < total; before += batchSize) {
      const rows: string[] = [];
      while (rows.length < Math.min(batchSize, total - before)) rows.push(await this.signedLine());
      await onRows({ table, rows, before, total });
    }
  }

  async checkedManifest(line: Buffer, keys: KeyedMac, rows: Readonly<Record<string, number>>): Promise<Manifest> {
    const manifest = manifestFromLine(line.toString('utf8'));
    if (manifest === undefined) throw damaged('a line in it is none of an archive');
    if (!(await isSignature(await this.line(), line, keys))) throw damaged('its signature does not fit');
    const isWhole = manifest.sha256 === this.#digest.digest('hex') && JSON.stringify(manifest.rows) === JSON.stringify(rows);
    if (!isWhole) throw damaged('its content is not what was signed');
    if ((await this.#lines.next()).done !== true) throw damaged('something was appended to it');
    return manifest;
  }

  /** Also where reading ended early: a file is not left open. */
  async close(): Promise<void> {
    await this.#lines.return(undefined);
  }
}

async function isSignature(line: Buffer, manifestLine: Buffer, keys: KeyedMac): Promise<boolean> {
  const signature = signatureFromLine(line.toString('utf8'));
  if (signature === undefined) return false;
  const expected = Buffer.from(await signatureLine(keys, signature.keyId, manifestLine));
  return line.length === expected.length && timingSafeEqual(line, expected);
}

function summaryOf({ createdAt, schema }: Header, { rows, keyIds, unreadable, sha256 }: Manifest): ArchiveSummary {
  return { createdAt: new Date(createdAt), schema, rows, keyIds, unreadable, sha256 };
}

function damaged(problem: string): MaestroError {
  return new MaestroError('archive.damaged', { problem });
}
