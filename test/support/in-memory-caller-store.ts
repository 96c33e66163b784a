import { randomUUID } from 'node:crypto';

import type { AuditNote } from '../../src/contracts/audit-event.js';
import type { CallerRecord, KeptGrant } from '../../src/contracts/caller.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { Page, SessionRecord } from '../../src/contracts/session.js';
import type { CallerFilter, CallerStore, NewCallerRecord, NewGrant } from '../../src/core/access/caller-store.port.js';
import type { InMemoryAuditLog } from './in-memory-audit-log.js';

/** The callers' tables in memory, with their rules. */
export class InMemoryCallerStore implements CallerStore {
  readonly rows = new Map<string, CallerRecord>();

  constructor(
    private readonly audit: InMemoryAuditLog,
    private readonly now: () => Date,
  ) {}

  async insert(caller: NewCallerRecord, note: AuditNote): Promise<CallerRecord> {
    if ((await this.findByName(caller.name)) !== undefined) throw new MaestroError('caller.name-taken', { name: caller.name });
    const row: CallerRecord = { ...caller, grants: [], defaults: {}, createdAt: this.now() };
    this.rows.set(row.id, row);
    this.audit.write({ ...note, target: row.id });
    return row;
  }

  async find(id: string): Promise<CallerRecord | undefined> {
    return this.rows.get(id);
  }

  async ids(): Promise<readonly string[]> {
    return [...this.rows.values()].filter(({ revokedAt }) => revokedAt === undefined).map(({ id }) => id);
  }

  async findByName(name: string): Promise<CallerRecord | undefined> {
    return [...this.rows.values()].find((row) => row.revokedAt === undefined && row.name.toLowerCase() === name.toLowerCase());
  }

  async list({ limit, after }: CallerFilter): Promise<Page<CallerRecord>> {
    const found = [...this.rows.values()].sort((one, other) => (one.id < other.id ? -1 : 1)).filter(({ id }) => id > (after ?? ''));
    const data = found.slice(0, limit);
    const last = data.at(-1);
    return { data, ...(found.length > limit && last !== undefined && { nextCursor: last.id }) };
  }

  async revoke(id: string, note: AuditNote): Promise<boolean> {
    return this.change(id, note, () => ({ revokedAt: this.now(), grants: [], defaults: {} }));
  }

  async grant(id: string, grant: NewGrant, note: AuditNote): Promise<KeptGrant | undefined> {
    const known = this.rows
      .get(id)
      ?.grants.find(
        (each) =>
          each.sessionId === undefined && each.provider === grant.provider && each.authType === grant.authType && each.name === grant.name,
      );
    if (known !== undefined) return known;
    const kept = { id: randomUUID(), ...grant };
    return this.change(id, note, ({ grants }) => ({ grants: [...grants, kept] })) ? kept : undefined;
  }

  async revokeGrant(id: string, grantId: string, note: AuditNote): Promise<boolean> {
    if (this.rows.get(id)?.grants.some((grant) => grant.id === grantId) !== true) return false;
    return this.change(id, note, ({ grants }) => ({ grants: grants.filter((grant) => grant.id !== grantId) }));
  }

  async setDefault(id: string, provider: string, sessionId: string | undefined, note: AuditNote): Promise<boolean> {
    return this.change(id, note, ({ defaults }) => {
      const others = Object.entries(defaults).filter(([known]) => known !== provider);
      return { defaults: Object.fromEntries(sessionId === undefined ? others : [...others, [provider, sessionId]]) };
    });
  }

  async touch(id: string, at: Date): Promise<void> {
    const row = this.rows.get(id);
    if (row !== undefined) this.rows.set(id, { ...row, lastUsedAt: at });
  }

  /** What comes with a session that a caller makes. */
  grantSession(id: string, { id: sessionId, provider, authType, name }: SessionRecord): void {
    const row = this.rows.get(id);
    if (row === undefined || row.revokedAt !== undefined) return;
    this.rows.set(id, { ...row, grants: [...row.grants, { id: randomUUID(), provider, authType, name, sessionId }] });
  }

  private change(id: string, note: AuditNote, change: (row: CallerRecord) => Partial<CallerRecord>): boolean {
    const row = this.rows.get(id);
    if (row === undefined || row.revokedAt !== undefined) return false;
    this.rows.set(id, { ...row, ...change(row) });
    this.audit.write({ ...note, target: id });
    return true;
  }
}
