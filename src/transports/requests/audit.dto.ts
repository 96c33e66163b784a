import type { AuditAction, AuditEvent, AuditOutcome } from '../../contracts/audit-event.js';
import type { Page } from '../../contracts/session.js';
import { Optional, Text } from './fields.js';
import { PageQueryDto } from './page.dto.js';

/** The query of the audit trail; everything in it is text. */
export class ListAuditDto extends PageQueryDto {
  /** Events about this id. */
  @Optional()
  @Text({ min: 1 })
  readonly target?: string;

  /** Events by this caller's id. */
  @Optional()
  @Text({ min: 1 })
  readonly actor?: string;
}

/** One event, field by field. Times are RFC 3339. */
export class AuditEventDto {
  readonly seq: number;
  readonly at: string;
  /** A caller's id, or `system`. */
  readonly actor: string;
  readonly action: AuditAction;
  readonly target: string;
  /** Another id that the event is about. */
  readonly related?: string;
  readonly outcome: AuditOutcome;
  /** Codes: what was changed, or why it failed. */
  readonly detail?: string;
  readonly hash: string;

  constructor({ seq, at, actor, action, target, related, outcome, detail, hash }: AuditEvent) {
    this.seq = seq;
    this.at = at.toISOString();
    this.actor = actor;
    this.action = action;
    this.target = target;
    if (related !== undefined) this.related = related;
    this.outcome = outcome;
    if (detail !== undefined) this.detail = detail;
    this.hash = hash;
  }
}

export class AuditListDto {
  readonly data: AuditEventDto[];
  /** Absent on the last page. */
  readonly nextCursor?: string;

  constructor({ data, nextCursor }: Page<AuditEvent>) {
    this.data = data.map((event) => new AuditEventDto(event));
    if (nextCursor !== undefined) this.nextCursor = nextCursor;
  }
}
