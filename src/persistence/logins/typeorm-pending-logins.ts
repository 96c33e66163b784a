import type { DataSource } from 'typeorm';

import type { AuditNote } from '../../contracts/audit-event.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { FinishedLogin, LoginProblem, PendingLogin } from '../../contracts/login.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { Secret } from '../../contracts/secret.js';
import { SessionId } from '../../contracts/session.js';
import type { SessionName } from '../../contracts/session-name.js';
import type { LoginMethod } from '../../contracts/tokens.js';
import type { LoginEnding, NewPendingLogin, PendingLogins } from '../../core/login/pending-login.port.js';
import { appendEvents } from '../audit/append-events.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import { run, transaction } from '../statements.js';
import type { FinishedRow, ForgottenRow, PendingRow } from './login-statements.js';
import * as statements from './login-statements.js';

interface AdmissionRow {
  readonly isTaken: boolean;
  readonly pending: number;
}

const { code, message: detail } = new MaestroError('login.interrupted', {});
/** Of a login whose process went away in the middle. */
const interruption: LoginProblem = { code, detail };

/** Pending logins in PostgreSQL. */
export class TypeOrmPendingLogins implements PendingLogins {
  /** @param keys hash the states, and vouch for the trail */
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyedMac,
  ) {}

  async admit({ provider, name, callerId, sessionId }: Parameters<PendingLogins['admit']>[0], mostPerCaller: number): Promise<void> {
    const [found] = await run<AdmissionRow>(this.dataSource, statements.admit, [provider, name, sessionId, callerId]);
    if (found?.isTaken === true) throw new MaestroError('session.name-taken', { provider, authType: 'oauth', name });
    if (found === undefined || found.pending >= mostPerCaller) throw new MaestroError('login.too-many', { most: mostPerCaller });
  }

  async add(login: NewPendingLogin, mostPerCaller: number): Promise<Date> {
    const { id, provider, name, method, callerId, sessionId, state, secret, pollIntervalSeconds, lifeSeconds } = login;
    const stateHash = state === undefined ? undefined : await this.hashOf(state, this.keys.primaryId);
    const [added] = await run<Pick<PendingRow, 'expiresAt'>>(this.dataSource, statements.add, [
      ...[id, provider, name, method, callerId, sessionId, stateHash, secret.bytes, secret.keyId],
      ...[pollIntervalSeconds, lifeSeconds, mostPerCaller],
    ]);
    if (added === undefined) throw new MaestroError('login.too-many', { most: mostPerCaller });
    return added.expiresAt;
  }

  async find(id: string, callerId: string): Promise<PendingLogin | FinishedLogin | undefined> {
    const [pending] = await run<PendingRow>(this.dataSource, statements.findPending, [id, callerId]);
    if (pending !== undefined) return pendingFromRow(pending);
    const [finished] = await run<FinishedRow>(this.dataSource, statements.findFinished, [id, callerId]);
    return finished && finishedFromRow(finished);
  }

  async take(id: string, callerId: string): Promise<PendingLogin | undefined> {
    const [row] = await run<PendingRow>(this.dataSource, statements.take, [id, callerId]);
    return row && pendingFromRow(row);
  }

  async takeByState(state: Secret): Promise<PendingLogin | undefined> {
    // The key may have changed while the person was away.
    const hashes = await Promise.all(this.keys.ids.map((keyId) => this.hashOf(state, keyId)));
    const [row] = await run<PendingRow>(this.dataSource, statements.takeByState, [hashes]);
    return row && pendingFromRow(row);
  }

  async finish({ id, callerId }: PendingLogin, ending: LoginEnding): Promise<void> {
    const [values, audit]: readonly [readonly unknown[], AuditNote] =
      'sessionId' in ending
        ? [['done', ending.sessionId, null, null], { actor: callerId, action: 'login.complete', related: ending.sessionId }]
        : [['failed', null, ending.problem.code, ending.problem.detail], failedNote(callerId, ending.problem.code)];
    await transaction(this.dataSource, async (connection) => {
      await connection.run(statements.finish, [id, ...values]);
      await appendEvents(connection, this.keys, [{ ...audit, target: id }]);
    });
  }

  async claimPoll(id: string, seconds: number): Promise<boolean> {
    return (await run(this.dataSource, statements.claimPoll, [id, seconds])).length > 0;
  }

  async pollLater(id: string, intervalSeconds: number): Promise<void> {
    await run(this.dataSource, statements.pollLater, [id, intervalSeconds]);
  }

  async cancel(id: string, callerId: string): Promise<boolean> {
    return (await run(this.dataSource, statements.cancel, [id, callerId])).length > 0;
  }

  async purge(): Promise<number> {
    const expired = await run(this.dataSource, statements.purge, []);
    const forgotten = await transaction(this.dataSource, async (connection) => {
      const rows = await connection.run<ForgottenRow>(statements.forget, []);
      const lost = rows.filter(({ status }) => status === 'finishing');
      const notes = lost.map(({ id, callerId }) => ({ ...failedNote(callerId, 'login.interrupted'), target: id }));
      if (notes.length > 0) await appendEvents(connection, this.keys, notes);
      return rows;
    });
    return expired.length + forgotten.length;
  }

  /** `<key id>:<base64url>`: without the key, a stolen table opens no login. */
  private async hashOf(state: Secret, keyId: string): Promise<string> {
    const mac = await this.keys.mac('login-state', keyId, Buffer.from(state.reveal(), 'utf8'));
    return `${keyId}:${Buffer.from(mac).toString('base64url')}`;
  }
}

function failedNote(actor: string, code: string): AuditNote {
  return { actor, action: 'login.complete', outcome: 'failed', detail: code };
}

/** Values were parsed before they were stored. */
function sharedFromRow(row: PendingRow | FinishedRow): Omit<PendingLogin, 'secret'> {
  const { id, callerId, expiresAt, sessionId } = row;
  return {
    id,
    provider: row.provider as ProviderId,
    name: row.name as SessionName,
    method: row.method as LoginMethod,
    callerId,
    expiresAt,
    ...(sessionId !== null && { sessionId: SessionId.of(sessionId) }),
  };
}

function pendingFromRow(row: PendingRow): PendingLogin {
  const { secrets, keyId, pollIntervalSeconds, readAt } = row;
  return { ...sharedFromRow(row), readAt, secret: { bytes: secrets, keyId }, ...(pollIntervalSeconds !== null && { pollIntervalSeconds }) };
}

function finishedFromRow(row: FinishedRow): FinishedLogin {
  if (row.isInterrupted) return { ...sharedFromRow(row), status: 'failed', problem: interruption };
  const { status, problemCode: code, problemDetail: detail } = row;
  return {
    ...sharedFromRow(row),
    status: status as FinishedLogin['status'],
    ...(code !== null && { problem: { code, detail: detail ?? code } }),
  };
}
