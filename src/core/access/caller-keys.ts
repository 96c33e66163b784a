import { randomBytes, timingSafeEqual } from 'node:crypto';

import { Inject, Injectable, Logger } from '@nestjs/common';

import type { Caller, CallerRecord } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import type { SealContext } from '../sessions/secret-box.port.js';
import { SecretBox } from '../sessions/secret-box.port.js';
import type { AdminKey } from './admin-key.js';
import { adminCaller } from './admin-key.js';
import type { CallerKey } from './caller-key.js';
import { callerKeyFromText, hashOfCallerKey, newCallerSecret, textFromCallerKey } from './caller-key.js';
import { CallerMeter } from './caller-meter.js';
import type { NewCallerRecord } from './caller-store.port.js';
import { CallerStore } from './caller-store.port.js';
import { HotCallers } from './hot-callers.js';
import { digestOf } from './key-digest.js';

/** All that is stored of a key. */
export type KeptKey = Pick<NewCallerRecord, 'pepper' | 'secretVersion' | 'keyHash'>;

/** Milliseconds: a key's last use is known to the minute. */
const coarseness = 60_000;

/** Digests that are remembered; then they are learnt anew. */
const mostHolders = 10_000;

/** A row that no key opens: who asks for what is not there waits for the same work. */
interface Decoy extends KeptKey {
  readonly id: string;
}

const decoyId = '00000000-0000-0000-0000-000000000000';

/**
 * Makes keys, and tells who holds one. What was revoked or taken back does not serve any more, on this replica from the next
 * request on and on any other within a second.
 */
@Injectable()
export class CallerKeys {
  private readonly logger = new Logger('Callers');
  private decoy: Promise<Decoy> | undefined;
  /** Digests of keys that opened a row. They go with the row: a change brings another record. */
  private readonly proven = new WeakMap<CallerRecord, Buffer>();
  /** Whose key has this digest: where to look first, never a proof. */
  private readonly holders = new Map<string, string>();
  private readonly notedAt = new Map<string, number>();

  constructor(
    @Inject(CallerStore) private readonly store: CallerStore,
    @Inject(HotCallers) private readonly hot: HotCallers,
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(CallerMeter) private readonly meter: CallerMeter,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @returns the key as its holder is told it, and what is kept of it */
  async make(callerId: string): Promise<{ readonly text: Secret; readonly kept: KeptKey }> {
    const key: CallerKey = { callerId, secret: newCallerSecret() };
    // Random, and sealed with the ring's primary key: a rotation of the ring reseals it, and no key is lost.
    const pepper = Secret.of(randomBytes(32).toString('base64url'));
    const secretVersion = 1;
    const sealed = await this.box.seal(pepper, contextOf(callerId, secretVersion));
    return { text: textFromCallerKey(key), kept: { pepper: sealed, secretVersion, keyHash: hashOfCallerKey(key, pepper) } };
  }

  /**
   * Who holds a key. What is unknown, expired, revoked or mistyped is one and the same failure, and never quoted.
   *
   * @param isOneOfMany so many wrong ones came that a stranger's is not worth a look at the database and a decoy
   * @throws MaestroError `caller.key-invalid`, `caller.rate-limited`, `database.unavailable`
   */
  async callerOf(text: string, adminKey: AdminKey, isOneOfMany = false): Promise<Caller> {
    const digest = digestOf(text);
    if (adminKey.has(digest)) return adminCaller;
    const record = (await this.provenRecord(digest)) ?? (await this.recordOf(text, digest, isOneOfMany));
    if (record === undefined || !this.isValid(record)) throw invalid();
    const caller = callerFrom(record);
    this.meter.count(caller);
    this.note(record);
    return caller;
  }

  private isValid({ revokedAt, expiresAt }: CallerRecord): boolean {
    return revokedAt === undefined && (expiresAt === undefined || expiresAt > this.clock.now());
  }

  /** Of a key that opened this very record before; what changed since is another record. */
  private async provenRecord(digest: Buffer): Promise<CallerRecord | undefined> {
    const callerId = this.holders.get(digest.toString('latin1'));
    const record = callerId === undefined ? undefined : await this.hot.find(callerId);
    const proven = record === undefined ? undefined : this.proven.get(record);
    return proven !== undefined && timingSafeEqual(proven, digest) ? record : undefined;
  }

  /** The row that a key opens. A key without a row waits for the same work as a wrong one. */
  private async recordOf(text: string, digest: Buffer, isOneOfMany: boolean): Promise<CallerRecord | undefined> {
    const key = callerKeyFromText(text);
    if (key === undefined || (isOneOfMany && !(await this.hot.mayBe(key.callerId)))) return undefined;
    const record = await this.hot.find(key.callerId);
    const isRight = await this.opens(key, record ?? (await this.decoyRow()));
    if (record === undefined || !isRight) return undefined;
    this.proven.set(record, digest);
    if (this.holders.size >= mostHolders) this.holders.clear();
    this.holders.set(digest.toString('latin1'), record.id);
    return record;
  }

  private async opens(key: CallerKey, { id, pepper, secretVersion, keyHash }: KeptKey & { readonly id: string }): Promise<boolean> {
    try {
      const hash = hashOfCallerKey(key, await this.box.open(pepper, contextOf(id, secretVersion)));
      return hash.length === keyHash.length && timingSafeEqual(hash, keyHash);
    } catch (error) {
      if (!MaestroError.is(error) || (error.code !== 'secret.unreadable' && error.code !== 'encryption.key-unknown')) throw error;
      this.logger.error({ text: `the key of caller ${id} cannot be checked: its row does not open`, error });
      return false;
    }
  }

  private decoyRow(): Promise<Decoy> {
    this.decoy ??= this.make(decoyId).then(({ kept }) => ({ id: decoyId, ...kept }));
    return this.decoy;
  }

  /** Off the path of the request. */
  private note({ id, lastUsedAt }: CallerRecord): void {
    const now = this.clock.now();
    if (lastUsedAt !== undefined && now.getTime() - lastUsedAt.getTime() < coarseness) return;
    const notedAt = this.notedAt.get(id);
    if (notedAt !== undefined && this.clock.monotonic() - notedAt < coarseness) return;
    this.notedAt.set(id, this.clock.monotonic());
    void this.store.touch(id, now);
  }
}

function callerFrom({ id, name, scopes, grants, defaults, limits }: CallerRecord): Caller {
  return { id, name, scopes, grants, defaults, limits };
}

/** The sealed tables say of each row whose it is; a key of ours is Maestro's own. */
function contextOf(rowId: string, secretVersion: number): SealContext {
  return { table: 'callers', column: 'pepper', rowId, provider: ProviderId.parse('maestro'), authType: 'api_key', secretVersion };
}

function invalid(): MaestroError {
  return new MaestroError('caller.key-invalid', {});
}
