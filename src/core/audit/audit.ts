import { Inject, Injectable } from '@nestjs/common';

import type { AuditEvent, AuditVerdict } from '../../contracts/audit-event.js';
import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Page } from '../../contracts/session.js';
import { localCaller } from '../access/local-caller.js';
import { requireScope } from '../access/may-use.js';
import type { AuditCheck, AuditFilter } from './audit-log.port.js';
import { AuditLog } from './audit-log.port.js';

export interface AuditQuery {
  /** Events about this id. */
  readonly target?: string;
  /** Events by this caller's id. */
  readonly actor?: string;
  /** 1 to 200; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/**
 * What was changed, when and by whom. Injected, it acts for the application itself; `for` gives the same for a caller. Every
 * method may throw `caller.scope-missing`.
 */
@Injectable()
export class Audit {
  private caller: Caller = localCaller;

  constructor(@Inject(AuditLog) private readonly log: AuditLog) {}

  for(caller: Caller): Audit {
    const acting = new Audit(this.log);
    acting.caller = caller;
    return acting;
  }

  /** Newest first. @throws MaestroError `request.invalid` */
  async list(query: AuditQuery = {}): Promise<Page<AuditEvent>> {
    requireScope(this.caller, 'admin');
    const filter = filterFrom(query);
    // One more, to know whether there are more.
    const events = await this.log.list({ ...filter, limit: filter.limit + 1 });
    const data = events.slice(0, filter.limit);
    const last = data.at(-1);
    return { data, ...(events.length > filter.limit && last !== undefined && { nextCursor: String(last.seq) }) };
  }

  /** Walks the whole trail. @throws MaestroError `request.cancelled` */
  async verify(check: AuditCheck = {}): Promise<AuditVerdict> {
    requireScope(this.caller, 'admin');
    return this.log.verify(check);
  }
}

function filterFrom({ target, actor, limit = 50, cursor }: AuditQuery): AuditFilter {
  const problems: string[] = [];
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) problems.push('limit must be a whole number from 1 to 200');
  if (cursor !== undefined && !/^[1-9]\d{0,14}$/.test(cursor)) problems.push('cursor must be the nextCursor of the page before');
  if (problems.length > 0) throw new MaestroError('request.invalid', { problems });
  return {
    limit,
    ...(cursor !== undefined && { before: Number(cursor) }),
    ...(target !== undefined && { target }),
    ...(actor !== undefined && { actor }),
  };
}
