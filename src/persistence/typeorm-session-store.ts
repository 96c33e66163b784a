import type { DataSource } from 'typeorm';

import type { AuditNote } from '../contracts/audit-event.js';
import type { AuthType } from '../contracts/auth-type.js';
import { authTypes } from '../contracts/auth-type.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { ProviderId } from '../contracts/provider-id.js';
import type { Page, SessionId, SessionRecord } from '../contracts/session.js';
import type { SessionName } from '../contracts/session-name.js';
import type {
  LastWord,
  NewSessionRecord,
  SecretChange,
  SessionChange,
  SessionFilter,
  SessionStore,
} from '../core/sessions/session-store.port.js';
import { appendEvents } from './audit/append-events.js';
import { grantSession } from './callers/caller-statements.js';
import type { LocalChanges } from './changes/local-changes.js';
import { unheard } from './changes/local-changes.js';
import { isUniqueViolation } from './database-errors.js';
import type { KeyedMac } from './encryption/key-ring.js';
import { addRevocation, revocationValues } from './refresh/revocation-statements.js';
import type { SessionRow } from './session-record.js';
import { recordFromRow } from './session-record.js';
import * as statements from './session-statements.js';
import type { Statement } from './statements.js';
import { run, transaction } from './statements.js';

/** The vault's table in PostgreSQL. */
export class TypeOrmSessionStore implements SessionStore {
  /** @param keys vouch for the trail */
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyedMac,
    private readonly changes: LocalChanges = unheard,
  ) {}

  async insert(record: NewSessionRecord, audit: AuditNote): Promise<SessionRecord> {
    const { id, provider, authType, name, label, baseUrl, expiresAt, secretHint, secret, secretVersion } = record;
    const { fingerprint, status = 'active', statusReason, nextRefreshAt } = record;
    const values = [id, provider, authType, name, label, baseUrl, expiresAt, secretHint, secret.bytes, secret.keyId, secretVersion];
    const state = [fingerprint, status, statusReason, nextRefreshAt];
    const inserted = await this.naming(record, () => this.audited(audit, statements.insert, [...values, ...state], record.ownerId));
    if (inserted === undefined) throw new MaestroError('internal', {});
    return inserted;
  }

  async findById(id: SessionId): Promise<SessionRecord | undefined> {
    return firstOf(await this.rows(statements.findById, [id]));
  }

  async findByName(provider: ProviderId, name: SessionName, authType?: AuthType): Promise<readonly SessionRecord[]> {
    const rows = await this.rows(statements.findByName, [provider, authType === undefined ? authTypes : [authType], name]);
    return rows.map(recordFromRow);
  }

  async findByFingerprint(fingerprints: readonly string[]): Promise<readonly SessionRecord[]> {
    return (await this.rows(statements.findByFingerprint, [fingerprints])).map(recordFromRow);
  }

  async list({ provider, authType, status, keyIds, limit, after }: SessionFilter): Promise<Page<SessionRecord>> {
    const rows = await this.rows(statements.list, [provider, authType, status, after, limit + 1, keyIds]);
    const data = rows.slice(0, limit).map(recordFromRow);
    const last = data.at(-1);
    return { data, ...(rows.length > limit && last !== undefined && { nextCursor: last.id }) };
  }

  async change(id: SessionId, generation: number, change: SessionChange, audit: AuditNote): Promise<SessionRecord | undefined> {
    const { name, label, status, statusReason } = change;
    const values = [id, generation, name, label !== undefined, label, status, statusReason !== undefined, statusReason];
    const attempt = (): Promise<SessionRecord | undefined> => this.audited(audit, statements.change, values);
    if (name === undefined) return attempt();
    const present = await this.findById(id);
    return present && this.naming({ ...present, name }, attempt);
  }

  async replaceSecret(id: SessionId, generation: number, change: SecretChange, audit: AuditNote): Promise<SessionRecord | undefined> {
    const { secret, secretVersion, secretHint, expiresAt, baseUrl, fingerprint, nextRefreshAt } = change;
    const values = [id, generation, secret.bytes, secret.keyId, secretVersion, secretHint, expiresAt, baseUrl, fingerprint];
    return this.audited(audit, statements.replaceSecret, [...values, nextRefreshAt]);
  }

  async delete(id: SessionId, audit: AuditNote, lastWord?: LastWord): Promise<boolean> {
    const { secretVersion, revocation } = lastWord ?? {};
    return transaction(this.dataSource, async (connection) => {
      const [buried] = await connection.run(statements.bury, [id, secretVersion]);
      if (buried === undefined) return false;
      if (revocation !== undefined) await connection.run(addRevocation, revocationValues(revocation));
      await appendEvents(connection, this.keys, [{ ...audit, target: id }]);
      return true;
    }).finally(() => {
      this.changes.announce({ of: 'session', id });
    });
  }

  async touch(ids: readonly SessionId[], at: Date): Promise<void> {
    // Whether a session served is worth knowing, and worth nobody's request.
    await run(this.dataSource, statements.touch, [ids, at]).catch(() => undefined);
  }

  async purgeTombstones(deletedBefore: Date, limit: number): Promise<number> {
    const audit: AuditNote = { actor: 'system', action: 'session.purge' };
    return transaction(this.dataSource, async (connection) => {
      const gone = await connection.run<{ readonly id: string }>(statements.purge, [deletedBefore, limit]);
      const entries = gone.map(({ id }) => ({ ...audit, target: id }));
      if (entries.length > 0) await appendEvents(connection, this.keys, entries);
      return gone.length;
    });
  }

  async listWithoutFingerprint(prefix: string, limit: number, after?: SessionId): Promise<readonly SessionRecord[]> {
    return (await this.rows(statements.listWithoutFingerprint, [prefix, limit, after])).map(recordFromRow);
  }

  async setFingerprint(id: SessionId, secretVersion: number, fingerprint: string): Promise<boolean> {
    return (await run(this.dataSource, statements.setFingerprint, [id, secretVersion, fingerprint])).length > 0;
  }

  /** The change and what is written down of it hold together. */
  private async audited(
    audit: AuditNote,
    statement: Statement,
    values: readonly unknown[],
    ownerId?: string,
  ): Promise<SessionRecord | undefined> {
    // Also where it failed: a change whose answer got lost may hold.
    const record = await this.written(audit, statement, values, ownerId).finally(() => {
      this.changes.announce({ of: 'session', id: String(values[0]) });
    });
    if (record !== undefined) this.changes.announce({ of: 'session', id: record.id, named: record });
    if (ownerId !== undefined) this.changes.announce({ of: 'caller', id: ownerId });
    return record;
  }

  private written(
    audit: AuditNote,
    statement: Statement,
    values: readonly unknown[],
    ownerId: string | undefined,
  ): Promise<SessionRecord | undefined> {
    return transaction(this.dataSource, async (connection) => {
      const [row] = await connection.run<SessionRow>(statement, values);
      if (row === undefined) return undefined;
      if (ownerId !== undefined) await connection.run(grantSession, [ownerId, row.id]);
      await appendEvents(connection, this.keys, [{ ...audit, target: row.id }]);
      return recordFromRow(row);
    });
  }

  private async rows(statement: Statement, values: readonly unknown[]): Promise<readonly SessionRow[]> {
    return run<SessionRow>(this.dataSource, statement, values);
  }

  private async naming<T>(named: Pick<SessionRecord, 'provider' | 'authType' | 'name'>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const { provider, authType, name } = named;
      throw new MaestroError('session.name-taken', { provider, authType, name }, { cause: error });
    }
  }
}

function firstOf([row]: readonly SessionRow[]): SessionRecord | undefined {
  return row && recordFromRow(row);
}
