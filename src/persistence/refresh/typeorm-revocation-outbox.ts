import type { DataSource } from 'typeorm';

import type { AuditNote } from '../../contracts/audit-event.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import { SessionId } from '../../contracts/session.js';
import type { PendingRevocation, RevocationOutbox } from '../../core/refresh/revocation-outbox.port.js';
import { appendEvents } from '../audit/append-events.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import { run, transaction } from '../statements.js';
import { addRevocation, removeRevocation, revocationValues, takeRevocations } from './revocation-statements.js';

interface RevocationRow {
  readonly id: string;
  readonly sessionId: string;
  readonly provider: string;
  readonly credentials: Buffer;
  readonly keyId: string;
  readonly secretVersion: number;
  readonly actor: string;
  readonly attempts: number;
}

/** The outbox in PostgreSQL. */
export class TypeOrmRevocationOutbox implements RevocationOutbox {
  /** @param keys vouch for the trail */
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyedMac,
  ) {}

  async add(revocation: PendingRevocation): Promise<void> {
    await run(this.dataSource, addRevocation, revocationValues(revocation));
  }

  async take(limit: number): Promise<readonly PendingRevocation[]> {
    return (await run<RevocationRow>(this.dataSource, takeRevocations, [limit])).map(revocationFromRow);
  }

  async remove({ id, sessionId }: PendingRevocation, audit: AuditNote): Promise<void> {
    await transaction(this.dataSource, async (connection) => {
      const [removed] = await connection.run(removeRevocation, [id]);
      // Somebody else has told it, and written that down.
      if (removed === undefined) return;
      await appendEvents(connection, this.keys, [{ ...audit, target: sessionId }]);
    });
  }
}

/** What is stored was parsed before. */
function revocationFromRow({
  id,
  sessionId,
  provider,
  credentials,
  keyId,
  secretVersion,
  actor,
  attempts,
}: RevocationRow): PendingRevocation {
  return {
    id,
    sessionId: SessionId.of(sessionId),
    provider: provider as ProviderId,
    secret: { bytes: credentials, keyId },
    secretVersion,
    actor,
    attempts,
  };
}
