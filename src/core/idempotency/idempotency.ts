import { createHash, randomUUID } from 'node:crypto';

import { Inject, Injectable, Optional } from '@nestjs/common';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import type { SealContext } from '../sessions/secret-box.port.js';
import { SecretBox } from '../sessions/secret-box.port.js';
import { IdempotentRequests } from './idempotent-requests.port.js';

/** Seconds: so long an answer is kept. */
const lifeSeconds = 86_400;
/** Seconds after which a process that says nothing any more is taken for gone. */
const leaseSeconds = 15;
/** Milliseconds. */
const renewEvery = 5_000;

/** An answer as it went out, to be given again. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request that is being carried out, by whoever holds this. */
export interface Attempt {
  readonly id: string;
  readonly epoch: number;
  /** Of what the request makes, the same in each attempt: what an earlier one made is found by it. */
  readonly effectId: string;
  /** Somebody began before, and is gone: part of it, or all, may be done. */
  readonly isAgain: boolean;
  readonly digest: string;
  readonly renewal: NodeJS.Timeout;
}

interface Content {
  readonly digest: string;
  readonly effectId: string;
  readonly answer?: KeptAnswer;
}

/** Who asks for what: the key is the caller's own, and no other's. */
export interface IdempotentCall {
  readonly callerId: string;
  readonly key: string;
  /** What the request says, all of it. */
  readonly request: string;
}

/**
 * Carries out once what comes twice under one key. All replicas share what was answered; what a process began that died is taken
 * over when its lease is over. Without a store, every request is the first.
 */
@Injectable()
export class Idempotency {
  constructor(
    @Inject(SecretBox) private readonly box: SecretBox,
    @Optional() @Inject(IdempotentRequests) private readonly store?: IdempotentRequests,
  ) {}

  /**
   * The answer that was given before, or the right to make it: then `keep` or `forget` must follow.
   *
   * @throws MaestroError `idempotency.key-reused`, `idempotency.in-progress`, `database.unavailable`
   */
  async begin({ callerId, key, request }: IdempotentCall): Promise<Attempt | KeptAnswer | undefined> {
    if (this.store === undefined) return undefined;
    const id = idOf(callerId, key);
    const digest = createHash('sha256').update(request).digest('base64url');
    const fresh: Content = { digest, effectId: randomUUID() };
    const content = await this.sealed(id, 1, fresh);
    const epoch = await this.store.add({ id, callerId, content, leaseSeconds, lifeSeconds });
    if (epoch !== undefined) return this.attempt(id, epoch, fresh, false);
    return this.known(this.store, id, digest);
  }

  /** Best effort: what was done is done, and an answer that is not kept is not given again. */
  async keep({ id, epoch, effectId, digest, renewal }: Attempt, answer: KeptAnswer): Promise<void> {
    clearInterval(renewal);
    const content = await this.sealed(id, 2, { digest, effectId, answer });
    await this.store?.finish(id, epoch, content);
  }

  /** Nothing was done: the same request may come again. */
  async forget({ id, epoch, renewal }: Attempt): Promise<void> {
    clearInterval(renewal);
    await this.store?.forget(id, epoch);
  }

  private async known(store: IdempotentRequests, id: string, digest: string): Promise<Attempt | KeptAnswer> {
    const row = await store.find(id);
    // Forgotten this moment: whoever repeats the request finds it so.
    if (row === undefined) throw inProgress();
    const { isDone, isLeased, epoch, secretVersion } = row;
    const content = contentFrom(await this.box.open(row.content, contextOf(id, secretVersion)));
    if (content.digest !== digest) throw new MaestroError('idempotency.key-reused', {});
    if (isDone && content.answer !== undefined) return content.answer;
    const taken = isLeased ? undefined : await store.takeOver(id, epoch, leaseSeconds);
    if (taken === undefined) throw inProgress();
    return this.attempt(id, taken, content, true);
  }

  private attempt(id: string, epoch: number, { digest, effectId }: Content, isAgain: boolean): Attempt {
    const renewal = setInterval(() => {
      // Whoever takes it over meanwhile finds what was made by its id.
      this.store?.renew(id, epoch, leaseSeconds).catch(() => undefined);
    }, renewEvery).unref();
    return { id, epoch, effectId, isAgain, digest, renewal };
  }

  private sealed(id: string, version: number, content: Content): ReturnType<SecretBox['seal']> {
    return this.box.seal(Secret.of(JSON.stringify(content)), contextOf(id, version));
  }
}

/** The row is found by it, and nothing of the key is kept. */
function idOf(callerId: string, key: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([callerId, key]))
    .digest('hex');
  // A UUID of version 8: made of what it stands for (RFC 9562, section 5.8).
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

function contextOf(rowId: string, secretVersion: number): SealContext {
  return {
    table: 'idempotent_requests',
    column: 'content',
    rowId,
    provider: ProviderId.parse('maestro'),
    authType: 'api_key',
    secretVersion,
  };
}

function contentFrom(opened: Secret): Content {
  const value = jsonFrom(opened.reveal());
  if (!isRecord(value) || typeof value['digest'] !== 'string' || typeof value['effectId'] !== 'string') {
    throw new MaestroError('secret.unreadable', {});
  }
  const { digest, effectId, answer } = value;
  // Sealed by this class, and by nobody else.
  return { digest, effectId, ...(isRecord(answer) && { answer: answer as unknown as KeptAnswer }) };
}

function inProgress(): MaestroError {
  return new MaestroError('idempotency.in-progress', {}, { retryAfterMs: 1_000 });
}
