import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { ProviderId } from '../../src/contracts/provider-id.js';
import type { Page, SessionId, SessionRecord } from '../../src/contracts/session.js';
import type {
  NewSessionRecord,
  SecretChange,
  SessionChange,
  SessionFilter,
  SessionStore,
} from '../../src/core/sessions/session-store.port.js';

/** The vault's table in memory, with its rules: names are unique but for case, changes are compare-and-set by generation. */
export class InMemorySessionStore implements SessionStore {
  readonly rows = new Map<SessionId, SessionRecord>();
  readonly touched: { readonly ids: readonly SessionId[]; readonly at: Date }[] = [];

  constructor(private readonly now: () => Date = () => new Date()) {}

  async insert(record: NewSessionRecord): Promise<SessionRecord> {
    this.refuseTaken(record, record.name);
    const at = this.now();
    const row: SessionRecord = { ...record, status: 'active', generation: 1, createdAt: at, updatedAt: at };
    this.rows.set(row.id, row);
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

  async list({ provider, authType, status, limit, after }: SessionFilter): Promise<Page<SessionRecord>> {
    const found = [...this.rows.values()]
      .filter((row) => provider === undefined || row.provider === provider)
      .filter((row) => authType === undefined || row.authType === authType)
      .filter((row) => status === undefined || this.statusOf(row) === status)
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
  ): Promise<SessionRecord | undefined> {
    const row = this.rows.get(id);
    if (row?.generation !== generation) return undefined;
    if (name !== undefined) this.refuseTaken(row, name);
    const { label: oldLabel, statusReason: oldReason, ...rest } = row;
    const newLabel = label === undefined ? oldLabel : label;
    const newReason = statusReason === undefined ? oldReason : statusReason;
    return this.put({
      ...rest,
      ...(name !== undefined && { name }),
      ...(status !== undefined && { status }),
      ...(typeof newLabel === 'string' && { label: newLabel }),
      ...(typeof newReason === 'string' && { statusReason: newReason }),
    });
  }

  async replaceSecret(id: SessionId, generation: number, change: SecretChange): Promise<SessionRecord | undefined> {
    const row = this.rows.get(id);
    if (row?.generation !== generation) return undefined;
    const { statusReason: _reason, secretHint: _hint, expiresAt: _expiry, baseUrl: _url, ...rest } = row;
    return this.put({
      ...rest,
      status: 'active',
      secret: change.secret,
      secretVersion: change.secretVersion,
      ...(change.secretHint !== null && { secretHint: change.secretHint }),
      ...(change.expiresAt !== null && { expiresAt: change.expiresAt }),
      ...(change.baseUrl !== null && { baseUrl: change.baseUrl }),
    });
  }

  async delete(id: SessionId): Promise<boolean> {
    return this.rows.delete(id);
  }

  async touch(ids: readonly SessionId[], at: Date): Promise<void> {
    this.touched.push({ ids, at });
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

  private statusOf({ status, expiresAt }: SessionRecord): string {
    return status === 'active' && expiresAt !== undefined && expiresAt <= this.now() ? 'expired' : status;
  }
}
