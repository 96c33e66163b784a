import type { DataSource } from 'typeorm';

import type { AuditEntry, AuditEvent, AuditHead, AuditVerdict } from '../../contracts/audit-event.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { AuditCheck, AuditFilter, AuditLog } from '../../core/audit/audit-log.port.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import { run, transaction } from '../statements.js';
import { appendEvents } from './append-events.js';
import type { EventRow, HeadRow } from './audit-statements.js';
import { listEvents, readHead } from './audit-statements.js';
import { verifyTrail } from './verify-trail.js';

/** The trail in PostgreSQL. */
export class TypeOrmAuditLog implements AuditLog {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyedMac,
  ) {}

  async append(entry: AuditEntry): Promise<AuditEvent> {
    const events = await transaction(this.dataSource, (connection) => appendEvents(connection, this.keys, [entry]));
    const event = events.at(-1);
    if (event === undefined) throw new MaestroError('internal', {});
    return event;
  }

  async list({ limit, before, target, actor }: AuditFilter): Promise<readonly AuditEvent[]> {
    const rows = await run<EventRow>(this.dataSource, listEvents, [limit, before, target, actor]);
    return rows.map(eventFromRow);
  }

  verify(check: AuditCheck = {}): Promise<AuditVerdict> {
    return transaction(this.dataSource, (connection) => verifyTrail(connection, this.keys, check), 'repeatable read');
  }

  async reseal(): Promise<AuditHead> {
    await transaction(this.dataSource, (connection) => appendEvents(connection, this.keys, []));
    const [head] = await run<HeadRow>(this.dataSource, readHead, []);
    if (head === undefined) throw new MaestroError('internal', {});
    return { seq: Number(head.seq), hash: head.hash.toString('hex') };
  }
}

function eventFromRow({ seq, at, actor, action, target, related, outcome, detail, hash }: EventRow): AuditEvent {
  return {
    seq: Number(seq),
    at,
    actor,
    action,
    target,
    outcome,
    ...(related !== null && { related }),
    ...(detail !== null && { detail }),
    hash: hash.toString('hex'),
  };
}
