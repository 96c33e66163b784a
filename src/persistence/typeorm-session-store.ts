import type { DataSource } from 'typeorm';

import type { AuthType } from '../contracts/auth-type.js';
import { authTypes } from '../contracts/auth-type.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { ProviderId } from '../contracts/provider-id.js';
import type { Page, SessionId, SessionRecord } from '../contracts/session.js';
import type { SessionName } from '../contracts/session-name.js';
import type { NewSessionRecord, SecretChange, SessionChange, SessionFilter, SessionStore } from '../core/sessions/session-store.port.js';
import { isUniqueViolation } from './database-errors.js';
import type { SessionRow } from './session-record.js';
import { recordFromRow } from './session-record.js';
import * as statements from './session-statements.js';
import type { Statement } from './statements.js';
import { run } from './statements.js';

/** The vault's table in PostgreSQL. */
export class TypeOrmSessionStore implements SessionStore {
  constructor(private readonly dataSource: DataSource) {}

  async insert(record: NewSessionRecord): Promise<SessionRecord> {
    const { id, provider, authType, name, label, baseUrl, expiresAt, secretHint, secret, secretVersion } = record;
    const values = [id, provider, authType, name, label, baseUrl, expiresAt, secretHint, secret.bytes, secret.keyId, secretVersion];
    const [row] = await this.naming({ provider, authType, name }, () => this.rows(statements.insert, values));
    if (row === undefined) throw new MaestroError('internal', {});
    return recordFromRow(row);
  }

  async findById(id: SessionId): Promise<SessionRecord | undefined> {
    return firstOf(await this.rows(statements.findById, [id]));
  }

  async findByName(provider: ProviderId, name: SessionName, authType?: AuthType): Promise<readonly SessionRecord[]> {
    const rows = await this.rows(statements.findByName, [provider, authType === undefined ? authTypes : [authType], name]);
    return rows.map(recordFromRow);
  }

  async list({ provider, authType, status, limit, after }: SessionFilter): Promise<Page<SessionRecord>> {
    const rows = await this.rows(statements.list, [provider, authType, status, after, limit + 1]);
    const data = rows.slice(0, limit).map(recordFromRow);
    const last = data.at(-1);
    return { data, ...(rows.length > limit && last !== undefined && { nextCursor: last.id }) };
  }

  async change(id: SessionId, generation: number, change: SessionChange): Promise<SessionRecord | undefined> {
    const { name, label, status, statusReason } = change;
    const values = [id, generation, name, label !== undefined, label, status, statusReason !== undefined, statusReason];
    const attempt = (): Promise<readonly SessionRow[]> => this.rows(statements.change, values);
    if (name === undefined) return firstOf(await attempt());
    const present = await this.findById(id);
    return present && firstOf(await this.naming({ ...present, name }, attempt));
  }

  async replaceSecret(id: SessionId, generation: number, change: SecretChange): Promise<SessionRecord | undefined> {
    const { secret, secretVersion, secretHint, expiresAt, baseUrl } = change;
    const values = [id, generation, secret.bytes, secret.keyId, secretVersion, secretHint, expiresAt, baseUrl];
    return firstOf(await this.rows(statements.replaceSecret, values));
  }

  async delete(id: SessionId): Promise<boolean> {
    return (await run(this.dataSource, statements.bury, [id])).length > 0;
  }

  async touch(ids: readonly SessionId[], at: Date): Promise<void> {
    // Whether a session served is worth knowing, and worth nobody's request.
    await run(this.dataSource, statements.touch, [ids, at]).catch(() => undefined);
  }

  private async rows(statement: Statement, values: readonly unknown[]): Promise<readonly SessionRow[]> {
    return run<SessionRow>(this.dataSource, statement, values);
  }

  private async naming<T>(named: { provider: string; authType: string; name: string }, work: () => Promise<T>): Promise<T> {
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
