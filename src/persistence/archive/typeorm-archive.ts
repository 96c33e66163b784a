import type { DataSource, QueryRunner } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type {
  Archive,
  ArchiveOptions,
  ArchiveSink,
  ArchiveSource,
  ArchiveSummary,
  RestoreOutcome,
} from '../../core/archive/archive.port.js';
import { appendEvents } from '../audit/append-events.js';
import { databaseError } from '../database-errors.js';
import { AesGcmSecretBox } from '../encryption/aes-gcm-secret-box.js';
import type { KeyRing } from '../encryption/key-ring.js';
import { recordKeys, verifyKeys } from '../encryption/sentinel.js';
import { rowsOf } from '../migrations/sql.js';
import { appliedSteps, knownSteps } from '../run-migrations.js';
import type { Connection } from '../statements.js';
import { formatVersion } from './archive-format.js';
import { exportRows } from './export-rows.js';
import { importRows, takeEmptyTables } from './import-rows.js';
import type { RowBatch } from './read-archive.js';
import { readArchive } from './read-archive.js';
import { refuseCancelled } from './refuse-cancelled.js';
import { examined, isSealed } from './sealed-row.js';
import { ArchiveWriter } from './write-archive.js';

interface Verified {
  readonly summary: ArchiveSummary;
  /** Rows of sessions that hold a refresh token, by id. */
  readonly stale: ReadonlySet<string>;
}

/** Archives of the vault in PostgreSQL. */
export class TypeOrmArchive implements Archive {
  readonly #box: AesGcmSecretBox;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keyRing: KeyRing,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.#box = new AesGcmSecretBox(keyRing);
  }

  async backup(sink: ArchiveSink, options: ArchiveOptions = {}): Promise<ArchiveSummary> {
    await verifyKeys(this.dataSource, this.keyRing).catch(rethrow);
    const createdAt = this.now();
    const writer = new ArchiveWriter(sink, this.keyRing);
    return this.within('repeatable read', async (queryRunner) => {
      await queryRunner.query('set transaction read only');
      // The form in which bytes and times are told must not depend on the server's settings.
      await queryRunner.query(`set local bytea_output = 'hex'`);
      await queryRunner.query(`set local timezone = 'UTC'`);
      const schema = await this.schema(queryRunner);
      await writer.begin({ maestroArchive: formatVersion, createdAt: createdAt.toISOString(), schema });
      const exported = await exportRows(queryRunner, writer, (table, row) => examined(this.#box, table, row), options);
      return { createdAt, schema, ...(await writer.end(exported)) };
    });
  }

  async verify(source: ArchiveSource, options: ArchiveOptions = {}): Promise<ArchiveSummary> {
    return (await this.verified(source, options)).summary;
  }

  async restore(source: ArchiveSource, options: ArchiveOptions = {}): Promise<RestoreOutcome> {
    await verifyKeys(this.dataSource, this.keyRing).catch(rethrow);
    const { summary, stale } = await this.verified(source, options);
    await this.within('read committed', async (queryRunner) => {
      const tables = await takeEmptyTables(queryRunner);
      const read = await readArchive(source, this.keyRing, async (batch) => {
        told('restore', batch, options);
        await importRows(queryRunner, tables, batch, (row) => stale.has(idIn(row)));
      });
      // Read twice; the second time it may have been another file.
      if (read.sha256 !== summary.sha256) throw new MaestroError('archive.damaged', { problem: 'it was changed while it was read' });
      await appendEvents(connectionOf(queryRunner), this.keyRing, [{ actor: 'system', action: 'vault.restore', target: read.sha256 }]);
    });
    await recordKeys(this.dataSource, this.keyRing).catch(rethrow);
    return { ...summary, stale: stale.size };
  }

  private async verified(source: ArchiveSource, options: ArchiveOptions): Promise<Verified> {
    const stale = new Set<string>();
    const unopened: string[] = [];
    const summary = await readArchive(source, this.keyRing, async (batch) => {
      told('verify', batch, options);
      if (!isSealed(batch.table)) return;
      const rows = await Promise.all(batch.rows.map((row) => examined(this.#box, batch.table, row)));
      for (const { id, isReadable, hasRefreshToken } of rows) {
        if (hasRefreshToken) stale.add(id);
        if (!isReadable) unopened.push(id);
      }
    });
    await this.requireFit(summary);
    this.requireOpened(summary, unopened);
    return { summary, stale };
  }

  private async requireFit({ schema }: ArchiveSummary): Promise<void> {
    const queryRunner = this.dataSource.createQueryRunner();
    const here = await this.schema(queryRunner)
      .catch(rethrow)
      .finally(() => queryRunner.release());
    if (schema === here) return;
    throw new MaestroError('archive.other-version', {
      problem: `the archive was made of a database at step "${schema}", and this one is at "${here}"; restore it with the version of Maestro that made it, then migrate`,
    });
  }

  private requireOpened({ keyIds, unreadable }: ArchiveSummary, unopened: readonly string[]): void {
    const missing = keyIds.filter((keyId) => !this.keyRing.ids.includes(keyId));
    if (missing.length > 0) throw new MaestroError('encryption.key-unknown', { keyIds: missing });
    const known = new Set(unreadable);
    const lost = unopened.filter((id) => !known.has(id));
    if (lost.length === 0) return;
    const problem = `${String(lost.length)} sealed rows do not open with these keys (the first is ${lost[0] ?? ''})`;
    throw new MaestroError('archive.damaged', { problem });
  }

  /** The last step of this version's chain. @throws MaestroError `archive.other-version` where the database is not there */
  private async schema(queryRunner: QueryRunner): Promise<string> {
    const applied = await appliedSteps(queryRunner);
    const known = knownSteps(this.dataSource);
    const last = known.at(-1) ?? '';
    if (applied.length === known.length && applied.at(-1) === last) return last;
    throw new MaestroError('archive.other-version', {
      problem: `the database is not migrated to this version of Maestro; look at it with "maestro migrate plan", then "maestro migrate up"`,
    });
  }

  private async within<T>(isolation: 'repeatable read' | 'read committed', work: (queryRunner: QueryRunner) => Promise<T>): Promise<T> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      await queryRunner.startTransaction(isolation === 'repeatable read' ? 'REPEATABLE READ' : 'READ COMMITTED');
      const result = await work(queryRunner);
      await queryRunner.commitTransaction();
      return result;
    } catch (error) {
      // Where the connection is gone, so is the transaction.
      await queryRunner.rollbackTransaction().catch(() => undefined);
      throw databaseError(error);
    } finally {
      await queryRunner.release();
    }
  }
}

function connectionOf(queryRunner: QueryRunner): Connection {
  return { run: ({ text }, values) => rowsOf(queryRunner, text, values) };
}

function told(step: string, { table, before, rows, total }: RowBatch, options: ArchiveOptions): void {
  refuseCancelled(options);
  options.onProgress?.({ step: `${step} ${table}`, done: before + rows.length, total });
}

function idIn(row: string): string {
  const value: unknown = JSON.parse(row);
  return typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : '';
}

function rethrow(error: unknown): never {
  throw databaseError(error);
}
