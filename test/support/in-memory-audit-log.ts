import type { AuditEntry, AuditEvent, AuditHead, AuditVerdict } from '../../src/contracts/audit-event.js';
import type { AuditFilter, AuditLog } from '../../src/core/audit/audit-log.port.js';

/** The trail in memory: numbered, not chained. */
export class InMemoryAuditLog implements AuditLog {
  readonly events: AuditEvent[] = [];

  constructor(private readonly now: () => Date = () => new Date()) {}

  write(entry: AuditEntry): AuditEvent {
    const seq = this.events.length + 1;
    const event: AuditEvent = { outcome: 'done', ...entry, seq, at: this.now(), hash: String(seq).padStart(64, '0') };
    this.events.push(event);
    return event;
  }

  async append(entry: AuditEntry): Promise<AuditEvent> {
    return this.write(entry);
  }

  async list({ limit, before = Infinity, target, actor }: AuditFilter): Promise<readonly AuditEvent[]> {
    return this.events
      .filter((event) => event.seq < before)
      .filter((event) => target === undefined || event.target === target)
      .filter((event) => actor === undefined || event.actor === actor)
      .reverse()
      .slice(0, limit);
  }

  async verify(): Promise<AuditVerdict> {
    return { ok: true, checked: this.events.length, withoutKey: 0, head: this.head() };
  }

  async reseal(): Promise<AuditHead> {
    return this.head();
  }

  private head(): AuditHead {
    const seq = this.events.length;
    return { seq, hash: String(seq).padStart(64, '0') };
  }
}
