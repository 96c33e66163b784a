import type { DataSource } from 'typeorm';

import type { AuditNote } from '../../contracts/audit-event.js';
import type { AuthType } from '../../contracts/auth-type.js';
import type { CallerRecord, KeptGrant, Scope } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Page } from '../../contracts/session.js';
import type { CallerFilter, CallerStore, NewCallerRecord, NewGrant } from '../../core/access/caller-store.port.js';
import { appendEvents } from '../audit/append-events.js';
import type { LocalChanges } from '../changes/local-changes.js';
import { unheard } from '../changes/local-changes.js';
import { isMissingReference, isUniqueViolation } from '../database-errors.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import type { Connection } from '../statements.js';
import { run, transaction } from '../statements.js';
import type { CallerView, GrantRow } from './caller-statements.js';
import * as statements from './caller-statements.js';

/** Callers in PostgreSQL. */
export class TypeOrmCallerStore implements CallerStore {
  /** @param keys vouch for the trail */
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyedMac,
    private readonly changes: LocalChanges = unheard,
  ) {}

  async insert(caller: NewCallerRecord, audit: AuditNote): Promise<CallerRecord> {
    const { id, name, scopes, limits, expiresAt, pepper, secretVersion, keyHash } = caller;
    const values = [id, name, scopes, limits.streams, limits.requestsPerMinute, expiresAt];
    try {
      await transaction(this.dataSource, async (connection) => {
        await connection.run(statements.insert, [...values, pepper.bytes, pepper.keyId, secretVersion, keyHash]);
        await appendEvents(connection, this.keys, [{ ...audit, target: id }]);
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new MaestroError('caller.name-taken', { name }, { cause: error });
      throw error;
    }
    const kept = await this.find(id);
    if (kept === undefined) throw new MaestroError('internal', {});
    return kept;
  }

  async find(id: string): Promise<CallerRecord | undefined> {
    const [row] = await run<CallerView>(this.dataSource, statements.find, [id]);
    return row && recordFrom(row);
  }

  async ids(): Promise<readonly string[]> {
    return (await run<Pick<CallerView, 'id'>>(this.dataSource, statements.ids, [])).map(({ id }) => id);
  }

  async findByName(name: string): Promise<CallerRecord | undefined> {
    const [row] = await run<CallerView>(this.dataSource, statements.findByName, [name]);
    return row && recordFrom(row);
  }

  async list({ limit, after }: CallerFilter): Promise<Page<CallerRecord>> {
    const rows = await run<CallerView>(this.dataSource, statements.list, [limit + 1, after]);
    const data = rows.slice(0, limit).map(recordFrom);
    const last = data.at(-1);
    return { data, ...(rows.length > limit && last !== undefined && { nextCursor: last.id }) };
  }

  async revoke(id: string, audit: AuditNote): Promise<boolean> {
    const isDone = await this.changing(id, audit, async (connection) => (await connection.run(statements.revoke, [id])).length > 0);
    return isDone === true;
  }

  async grant(id: string, { provider, authType, name }: NewGrant, audit: AuditNote): Promise<KeptGrant | undefined> {
    const values = [id, provider, authType ?? null, name];
    const isPresent = await this.changing(id, audit, async (connection) => (await connection.run(statements.addGrant, values)).length > 0);
    if (isPresent === undefined) return undefined;
    const [row] = await run<GrantRow>(this.dataSource, statements.findGrant, values);
    return row && grantFrom(row);
  }

  async revokeGrant(id: string, grantId: string, audit: AuditNote): Promise<boolean> {
    const note = { ...audit, related: grantId };
    const isDone = await this.changing(
      id,
      note,
      async (connection) => (await connection.run(statements.dropGrant, [id, grantId])).length > 0,
    );
    return isDone === true;
  }

  async setDefault(id: string, provider: string, sessionId: string | undefined, audit: AuditNote): Promise<boolean> {
    const note = { ...audit, detail: provider, ...(sessionId !== undefined && { related: sessionId }) };
    try {
      const isPresent = await this.changing(id, note, async (connection) => {
        if (sessionId === undefined) await connection.run(statements.dropDefault, [id, provider]);
        else await connection.run(statements.setDefault, [id, provider, sessionId]);
        return true;
      });
      return isPresent === true;
    } catch (error) {
      // The session went away meanwhile.
      if (isMissingReference(error)) return false;
      throw error;
    }
  }

  async touch(id: string, at: Date): Promise<void> {
    await run(this.dataSource, statements.touch, [id, at]).catch(() => undefined);
  }

  /** What is done to a caller, with what is written down of it; `undefined` where there is no such caller. */
  private changing(id: string, audit: AuditNote, work: (connection: Connection) => Promise<boolean>): Promise<boolean | undefined> {
    return transaction(this.dataSource, async (connection) => {
      if ((await connection.run(statements.lockPresent, [id])).length === 0) return undefined;
      const isDone = await work(connection);
      if (isDone) await appendEvents(connection, this.keys, [{ ...audit, target: id }]);
      return isDone;
    }).finally(() => {
      // Also where it failed: a change whose answer got lost may hold.
      this.changes.announce({ of: 'caller', id });
    });
  }
}

/** Values were checked before they were stored. */
function recordFrom(row: CallerView): CallerRecord {
  const { id, name, scopes, maxStreams, requestsPerMinute, pepper, keyId, secretVersion, keyHash, createdAt, defaults } = row;
  return {
    ...{ id, name, secretVersion, keyHash, createdAt, defaults },
    scopes: scopes as readonly Scope[],
    pepper: { bytes: pepper, keyId },
    limits: { ...(maxStreams !== null && { streams: maxStreams }), ...(requestsPerMinute !== null && { requestsPerMinute }) },
    grants: row.grants.map(grantFrom),
    ...(row.expiresAt !== null && { expiresAt: row.expiresAt }),
    ...(row.revokedAt !== null && { revokedAt: row.revokedAt }),
    ...(row.lastUsedAt !== null && { lastUsedAt: row.lastUsedAt }),
  };
}

function grantFrom({ id, provider, authType, name, sessionId }: GrantRow): KeptGrant {
  return {
    ...{ id, provider, name },
    ...(authType !== null && { authType: authType as AuthType }),
    ...(sessionId !== null && { sessionId }),
  };
}
