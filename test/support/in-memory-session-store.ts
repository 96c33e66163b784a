import type { AuditNote } from '../../src/contracts/audit-event.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { ProviderId } from '../../src/contracts/provider-id.js';
import type { Page, SessionId, SessionRecord } from '../../src/contracts/session.js';
import type { PendingRevocation } from '../../src/core/refresh/revocation-outbox.port.js';
import type {
  LastWord,
  NewSessionRecord,
  SecretChange,
  SessionChange,
  SessionFilter,
  SessionStore,
} from '../../src/core/sessions/session-store.port.js';
import { InMemoryAuditLog } from './in-memory-audit-log.js';
import { InMemoryCallerStore } from './in-memory-caller-store.js';
import { InMemoryRefreshStore } from './in-memory-refresh-store.js';

/** The vault's table in memory, with its rules: names are unique but for case, changes are compare-and-set by generation. */
export class InMemorySessionStore implements SessionStore {
  readonly rows = new Map<SessionId, SessionRecord>();
  readonly tombstones = new Map<SessionId, Date>();
  readonly fingerprints = new Map<SessionId, string>();
  readonly revocations = new Map<string, PendingRevocation>();
  readonly refreshes: InMemoryRefreshStore;
  readonly callers: InMemoryCallerStore;
  readonly audit: InMemoryAuditLog;
  readonly touched: { readonly ids: readonly SessionId[]; readonly at: Date }[] = [];

  constructor(private readonly now: () => Date = () => new Date()) {
    this.audit = new InMemoryAuditLog(now);
    this.callers = new InMemoryCallerStore(this.audit, now);
    this.refreshes = new InMemoryRefreshStore(this, now);
  }

  async insert({ fingerprint, ownerId, ...record }: NewSessionRecord, note: AuditNote): Promise<SessionRecord> {
    this.refuseTaken(record, record.name);
    const at = this.now();
    const row: SessionRecord = { status: 'active', ...record, generation: 1, issuedAt: at, createdAt: at, updatedAt: at };
    this.rows.set(row.id, row);
    this.keepFingerprint(row.id, fingerprint);
    if (ownerId !== undefined) this.callers.grantSession(ownerId, row);
    this.audit.write({ ...note, target: row.id });
    return row;
  }

  async findById(id: SessionId): Promise<SessionRecord | undefined> {
    return this.rows.get(id);
  }

  async findByName(provider: ProviderId, name: string, authType?: string): Promise<readonly SessionRecord[]> {
    return [...this.rows.values()].filter(
      (row) => row.provider === provider && row.name === name && (authType === undefined || row.authType === authType),
    );
  }

  async findByFingerprint(fingerprints: readonly string[]): Promise<readonly SessionRecord[]> {
    return [...this.rows.values()].filter(({ id }) => fingerprints.includes(this.fingerprints.get(id) ?? ''));
  }

  async list({ provider, authType, status, keyIds, limit, after }: SessionFilter): Promise<Page<SessionRecord>> {
    const found = [...this.rows.values()]
      .filter((row) => provider === undefined || row.provider === provider)
      .filter((row) => authType === undefined || row.authType === authType)
      .filter((row) => status === undefined || this.statusOf(row, keyIds) === status)
      .sort((one, other) => one.id.localeCompare(other.id))
      .filter(({ id }) => after === undefined || id > after);
    const data = found.slice(0, limit);
    const last = data.at(-1);
    return { data, ...(found.length > limit && last !== undefined && { nextCursor: last.id }) };
  }

  async change(
    id: SessionId,
    generation: number,
    { name, label, status, statusReason }: SessionChange,
    note: AuditNote,
  ): Promise<SessionRecord | undefined> {
    const row = this.rows.get(id);
    if (row?.generation !== generation) return undefined;
    if (name !== undefined) this.refuseTaken(row, name);
    const { label: oldLabel, statusReason: oldReason, ...rest } = row;
    const newLabel = label === undefined ? oldLabel : label;
    const newReason = statusReason === undefined ? oldReason : statusReason;
    this.audit.write({ ...note, target: id });
    return this.put({
      ...rest,
      ...(name !== undefined && { name }),
      ...(status !== undefined && { status }),
      ...(typeof newLabel === 'string' && { label: newLabel }),
      ...(typeof newReason === 'string' && { statusReason: newReason }),
    });
  }

  async replaceSecret(id: SessionId, generation: number, change: SecretChange, note: AuditNote): Promise<SessionRecord | undefined> {
    const row = this.rows.get(id);
    if (row?.generation !== generation) return undefined;
    this.keepFingerprint(id, change.fingerprint);
    this.refreshes.fence(id);
    this.audit.write({ ...note, target: id });
    const { statusReason: _reason, secretHint: _hint, expiresAt: _expiry, nextRefreshAt: _next, baseUrl: _url, ...rest } = row;
    return this.put({
      ...rest,
      status: 'active',
      secret: change.secret,
      secretVersion: change.secretVersion,
      issuedAt: this.now(),
      ...(change.nextRefreshAt !== undefined && { nextRefreshAt: change.nextRefreshAt }),
      ...(change.secretHint !== null && { secretHint: change.secretHint }),
      ...(change.expiresAt !== null && { expiresAt: change.expiresAt }),
      ...(change.baseUrl !== null && { baseUrl: change.baseUrl }),
    });
  }

  async delete(id: SessionId, note: AuditNote, { secretVersion, revocation }: Partial<LastWord> = {}): Promise<boolean> {
    if (secretVersion !== undefined && this.rows.get(id)?.secretVersion !== secretVersion) return false;
    if (!this.rows.delete(id)) return false;
    if (revocation !== undefined) this.revocations.set(revocation.id, revocation);
    this.fingerprints.delete(id);
    this.tombstones.set(id, this.now());
    this.audit.write({ ...note, target: id });
    return true;
  }

  async touch(ids: readonly SessionId[], at: Date): Promise<void> {
    this.touched.push({ ids, at });
  }

  async purgeTombstones(deletedBefore: Date, limit: number): Promise<number> {
    const old = [...this.tombstones].filter(([, deletedAt]) => deletedAt < deletedBefore).slice(0, limit);
    for (const [id] of old) {
      this.tombstones.delete(id);
      this.audit.write({ actor: 'system', action: 'session.purge', target: id });
    }
    return old.length;
  }

  async listWithoutFingerprint(prefix: string, limit: number, after?: SessionId): Promise<readonly SessionRecord[]> {
    return [...this.rows.values()]
      .filter(({ id }) => this.fingerprints.get(id)?.startsWith(prefix) !== true)
      .sort((one, other) => one.id.localeCompare(other.id))
      .filter(({ id }) => after === undefined || id > after)
      .slice(0, limit);
  }

  async setFingerprint(id: SessionId, secretVersion: number, fingerprint: string): Promise<boolean> {
    if (this.rows.get(id)?.secretVersion !== secretVersion) return false;
    this.keepFingerprint(id, fingerprint);
    return true;
  }

  /** Puts a row as it is, for states that no method makes. */
  put(row: SessionRecord): SessionRecord {
    const changed = { ...row, generation: row.generation + 1, updatedAt: this.now() };
    this.rows.set(row.id, changed);
    return changed;
  }

  private refuseTaken({ id, provider, authType }: Pick<SessionRecord, 'id' | 'provider' | 'authType'>, name: string): void {
    const isTaken = [...this.rows.values()].some(
      (row) => row.id !== id && row.provider === provider && row.authType === authType && row.name.toLowerCase() === name.toLowerCase(),
    );
    if (isTaken) throw new MaestroError('session.name-taken', { provider, authType, name });
  }

  private keepFingerprint(id: SessionId, fingerprint: string | undefined): void {
    if (fingerprint === undefined) this.fingerprints.delete(id);
    else this.fingerprints.set(id, fingerprint);
  }

  private statusOf({ status, expiresAt, nextRefreshAt, secret }: SessionRecord, keyIds: readonly string[] | undefined): string {
    if (keyIds?.includes(secret.keyId) === false) return 'unreadable';
    return status === 'active' && nextRefreshAt === undefined && expiresAt !== undefined && expiresAt <= this.now() ? 'expired' : status;
  }
}
