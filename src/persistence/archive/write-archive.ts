import { createHash } from 'node:crypto';

import type { ArchiveSink } from '../../core/archive/archive.port.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import type { Header, Heading, Manifest } from './archive-format.js';
import { lineFrom, signingPurpose } from './archive-format.js';

/** Puts an archive together, line by line, and signs it at the end. */
export class ArchiveWriter {
  readonly #digest = createHash('sha256');
  readonly #rows: Record<string, number> = {};

  constructor(
    private readonly sink: ArchiveSink,
    private readonly keys: KeyedMac,
  ) {}

  async begin(header: Header): Promise<void> {
    await this.write([lineFrom(header)]);
  }

  async beginTable(heading: Heading): Promise<void> {
    this.#rows[heading.table] = heading.rows;
    await this.write([lineFrom(heading)]);
  }

  /** @param rows each one JSON object without a line break */
  async addRows(rows: readonly string[]): Promise<void> {
    await this.write(rows);
  }

  async end({ keyIds, unreadable }: Pick<Manifest, 'keyIds' | 'unreadable'>): Promise<Manifest> {
    const manifest = { rows: this.#rows, keyIds, unreadable, sha256: this.#digest.digest('hex') };
    const line = Buffer.from(`${lineFrom(manifest)}\n`);
    await this.sink.write(line);
    await this.sink.write(Buffer.from(await signatureLine(this.keys, this.keys.primaryId, line)));
    return manifest;
  }

  private async write(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    this.#digest.update(bytes);
    await this.sink.write(bytes);
  }
}

/** To the last byte: what differs from it in any way is no signature. @throws MaestroError `encryption.key-unknown` */
export async function signatureLine(keys: KeyedMac, keyId: string, manifestLine: Uint8Array): Promise<string> {
  const mac = await keys.mac(signingPurpose, keyId, manifestLine);
  return `${lineFrom({ keyId, hmacSha256: Buffer.from(mac).toString('hex') })}\n`;
}
