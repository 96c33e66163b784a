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
   * @throws MaestroError `caller.key-invalid`, `caller.rate-limited`, `database.unavailable`
   */
  async callerOf(text: string, adminKey: AdminKey): Promise<Caller> {
    if (adminKey.is(text)) return adminCaller;
    const key = callerKeyFromText(text);
    if (key === undefined) throw invalid();
    const record = await this.hot.find(key.callerId);
    const isRight = record === undefined ? await this.opens(key, await this.decoyRow()) : await this.isProven(text, key, record);
    if (record === undefined || !isRight || !this.isValid(record)) throw invalid();
    const caller = callerFrom(record);
    this.meter.count(caller);
    this.note(record);
    return caller;
  }

  private isValid({ revokedAt, expiresAt }: CallerRecord): boolean {
    return revokedAt === undefined && (expiresAt === undefined || expiresAt > this.clock.now());
  }

  private async isProven(text: string, key: CallerKey, record: CallerRecord): Promise<boolean> {
    const digest = digestOf(text);
    const proven = this.proven.get(record);
    if (proven !== undefined && timingSafeEqual(proven, digest)) return true;
    const isRight = await this.opens(key, record);
    if (isRight) this.proven.set(record, digest);
    return isRight;
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
