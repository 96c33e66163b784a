import { Inject, Injectable } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { LoginTraits } from '../../contracts/manifest.js';
import type { Secret } from '../../contracts/secret.js';
import type { SessionRecord } from '../../contracts/session.js';
import type { TokenSet } from '../../contracts/tokens.js';
import { mergeTokens } from '../../kit/oauth/merge-tokens.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SecretKeeper } from '../sessions/secret-keeper.js';
import type { AttemptEnd } from './attempt-watch.js';
import { AttemptWatch } from './attempt-watch.js';
import { ProviderBreaker } from './provider-breaker.js';
import { configurationCodes, isConfiguration, isWorthAnother, settlementOf, untilDueMs } from './refresh-failure.js';
import { RefreshResults } from './refresh-results.js';
import { nextRefreshAt } from './refresh-schedule.js';
import type { SpooledResult } from './refresh-spool.port.js';
import type { KeptGrant, RefreshClaim } from './refresh-store.port.js';
import { RefreshStore } from './refresh-store.port.js';
import { RefreshTimes } from './refresh-times.js';
import { lifetimeOf } from './token-expiry.js';
import { wakingPatience } from './waking-patience.js';

/** Milliseconds that a provider may take to make its own credentials of a token answer. */
const extractionPatience = 2_000;

/** Milliseconds until a session is looked at again that lacks what a refresh needs. */
const unpreparedPause = 600_000;

/** Why there is an attempt. */
export interface AttemptCause {
  /** Nobody is served by the access token that is there. */
  readonly isUrgent: boolean;
  /** Its provider does not take it any more. */
  readonly isAccessTokenDead: boolean;
}

interface Prepared {
  readonly claim: RefreshClaim;
  readonly credentials: OAuthCredentials;
  readonly refreshToken: Secret;
  readonly traits: Pick<LoginTraits, 'rotation' | 'refreshIdleDays'>;
  /** Monotonic, when the claim was there: its `readAt` was not later. */
  readonly claimedAt: number;
  readonly isAccessTokenDead: boolean;
}

/** What the issuer said, and what comes of it. */
interface Answered {
  readonly tokens: TokenSet;
  readonly merged: OAuthCredentials;
  /** Monotonic, before it was asked. */
  readonly sentAt: number;
  /** The tokens that go. */
  readonly replaced?: KeptGrant;
}

/** One refresh by whoever has the lease: one call of the token endpoint at most. */
@Injectable()
export class RefreshAttempt {
  constructor(
    @Inject(RefreshStore) private readonly store: RefreshStore,
    @Inject(RefreshResults) private readonly results: RefreshResults,
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(RefreshTimes) private readonly times: RefreshTimes,
    @Inject(AttemptWatch) private readonly watch: AttemptWatch,
  ) {}

  /** @throws MaestroError what ended it, after it was written down */
  run(claim: RefreshClaim, cause: AttemptCause): Promise<AttemptEnd> {
    return this.watch.over(claim, () => this.attempted(claim, cause));
  }

  private async attempted(claim: RefreshClaim, { isUrgent, isAccessTokenDead }: AttemptCause): Promise<AttemptEnd> {
    const claimedAt = this.clock.monotonic();
    // Tokens that are here and not stored yet: the ones in the database are spent.
    if (await this.results.recover(claim)) return 'lost';
    const tokens = await this.prepared(claim).catch((error: unknown) => this.giveBack(claim, error));
    const prepared = { ...tokens, claimedAt, isAccessTokenDead };
    const { rotation } = prepared.traits;
    const waitMs = rotation === 'strict' && claim.unsettledSince !== undefined && !isUrgent ? untilDueMs(claim.record) : 0;
    if (waitMs > 0) {
      await this.store.settle(claim, { state: 'claimed', reason: 'postponed', isFailure: false, pauseMs: waitMs });
      return { record: claim.record };
    }
    const stop = this.heartbeat(claim);
    try {
      return await this.sent(prepared);
    } finally {
      stop();
    }
  }

  private async prepared(claim: RefreshClaim): Promise<Omit<Prepared, 'claimedAt' | 'isAccessTokenDead'>> {
    const { record } = claim;
    const credentials = await this.keeper.open(record);
    if (credentials.authType !== 'oauth' || credentials.refreshToken === undefined) throw cannotRefresh(record);
    const traits = this.registry.manifestOf(record.provider).login ?? { rotation: 'strict' as const };
    return { claim, credentials, refreshToken: credentials.refreshToken, traits };
  }

  /** Nothing was sent. */
  private async giveBack(claim: RefreshClaim, error: unknown): Promise<never> {
    const { code } = MaestroError.from(error);
    // What has no refresh token has no next time either, and is not to get one here.
    const pause = code === 'operation.unsupported' ? {} : { pauseMs: unpreparedPause };
    await this.store.settle(claim, { state: 'claimed', reason: code, isFailure: 'pauseMs' in pause, ...pause });
    throw error;
  }

  private async sent(prepared: Prepared): Promise<AttemptEnd> {
    const { claim, credentials, refreshToken, traits } = prepared;
    const { record } = claim;
    const replaced = traits.rotation === 'strict' ? await this.replacedGrant(prepared) : undefined;
    const fingerprint = await this.keeper.fingerprintOfSecret(refreshToken, record);
    // Its answer may be lost: then nothing is sent, and the next one takes more care than it has to.
    const sentAt = this.clock.monotonic();
    if (!(await this.store.markSent(claim, fingerprint, this.times.leaseMs))) return 'lost';
    // The lease began before we stood still.
    if (this.clock.monotonic() - sentAt >= this.times.leaseMs) return 'lost';
    let tokens: TokenSet;
    try {
      tokens = await this.answered(record, refreshToken);
    } catch (error) {
      return this.failed(prepared, MaestroError.from(error));
    }
    this.breaker.succeeded(record.provider);
    const merged = await this.merged(record, tokens, credentials);
    return this.saved(await this.resultOf(prepared, { tokens, merged, sentAt, ...(replaced && { replaced }) }));
  }

  private async answered({ provider, name }: SessionRecord, refreshToken: Secret): Promise<TokenSet> {
    const oauth = this.registry.resolve(provider, 'oauth');
    const tooLong = new MaestroError('upstream.timeout', { origin: provider, phase: 'waiting for the answer' });
    // Nobody's cancelling reaches this call: who has asked for new tokens has to hear of them.
    const { signal, end } = wakingPatience(this.times.tokenTimeoutMs, this.clock, tooLong);
    try {
      return await oauth.refreshToken(refreshToken, name, { signal });
    } finally {
      end();
    }
  }

  private async saved(result: SpooledResult): Promise<AttemptEnd> {
    const outcome = await this.results.save(result);
    return outcome.outcome === 'stored' ? { record: outcome.record } : 'lost';
  }

  private async failed({ claim, traits, isAccessTokenDead }: Prepared, error: MaestroError): Promise<AttemptEnd> {
    const { rotation } = traits;
    const { provider, name } = claim.record;
    this.countFailure(claim, error);
    const history = claim.failures < 2 ? noHistory : await this.store.history(claim.record.id, error.code, configurationCodes);
    const settlement = settlementOf({ error, claim, rotation, history, isAccessTokenDead }, this.times);
    // Where the row says that the secret is another one by now, this refusal was of a token that somebody has used already.
    if (!(await this.store.settle(claim, settlement))) return 'lost';
    if (isWorthAnother({ error, claim, rotation })) return 'again';
    if (error.code !== 'session.refresh-rejected') throw error;
    throw new MaestroError('session.reauth-required', { provider, name, reason: settlement.reason }, { cause: error });
  }

  private countFailure({ record: { provider } }: RefreshClaim, error: MaestroError): void {
    if (isConfiguration(error)) this.breaker.trip(provider, error);
    else if (error.code === 'session.refresh-rejected') this.breaker.succeeded(provider);
    else this.breaker.failed(provider, error);
  }

  /** What the provider makes of the answer; where it fails or takes its time, the answer itself: nothing may cost us the tokens. */
  private async merged({ provider }: SessionRecord, tokens: TokenSet, previous: OAuthCredentials): Promise<OAuthCredentials> {
    const plain = mergeTokens(tokens, previous);
    const oauth = this.registry.resolve(provider, 'oauth');
    const patience = AbortSignal.timeout(extractionPatience);
    const givenUp = new Promise<OAuthCredentials>((resolve) => {
      patience.addEventListener('abort', () => {
        resolve(plain);
      });
    });
    const made = Promise.resolve().then(() => oauth.extractApiCredentials(tokens, previous, { signal: patience }));
    const own = await Promise.race([made, givenUp]).catch(() => plain);
    return own.refreshToken === undefined && plain.refreshToken !== undefined ? { ...own, refreshToken: plain.refreshToken } : own;
  }

  private async resultOf({ claim, traits, claimedAt }: Prepared, { tokens, merged, sentAt, replaced }: Answered): Promise<SpooledResult> {
    const { record, attemptId, epoch } = claim;
    const { id: sessionId, provider, secretVersion: fromVersion } = record;
    const issuedAt = this.storeTime(record, sentAt - claimedAt);
    const lifetimeMs = lifetimeOf(tokens, this.clock.now());
    const expiresAt = lifetimeMs === undefined ? undefined : new Date(issuedAt.getTime() + lifetimeMs);
    const ends = expiresAt === undefined ? {} : { expiresAt };
    const { secret, fingerprint } = await this.keeper.seal({ ...merged, ...ends }, { ...record, secretVersion: fromVersion + 1 });
    const { refreshIdleDays } = traits;
    const next = nextRefreshAt({ sessionId, issuedAt, ...ends, ...(refreshIdleDays !== undefined && { refreshIdleDays }) });
    const place = { attemptId, sessionId, provider, epoch, fromVersion };
    return { ...place, secret, fingerprint, issuedAt, nextRefreshAt: next, ...ends, ...(replaced && { replaced }) };
  }

  /** By the store's clock, so long after the claim. The issuer began to count at the earliest when it was asked. */
  private storeTime({ readAt }: SessionRecord, sinceClaim: number): Date {
    if (readAt === undefined) return this.clock.now();
    return new Date(readAt.getTime() + sinceClaim);
  }

  private async replacedGrant({ claim, credentials }: Prepared): Promise<KeptGrant> {
    const { record, attemptId } = claim;
    const { id: sessionId, provider, secretVersion } = record;
    const context = {
      table: 'orphaned_grants',
      column: 'credentials',
      rowId: attemptId,
      provider,
      authType: 'oauth',
      secretVersion,
    } as const;
    return { id: attemptId, sessionId, provider, secret: await this.keeper.sealAs(credentials, context), secretVersion };
  }

  /** Until the returned function is called. A lease that cannot be renewed is found out when something is to be written. */
  private heartbeat(claim: RefreshClaim): () => void {
    const { leaseMs } = this.times;
    const timer = setInterval(() => void this.store.renew(claim, leaseMs).catch(() => undefined), leaseMs / 3);
    return () => {
      clearInterval(timer);
    };
  }
}

const noHistory = { days: 0, hours: 0, same: 0, sameHours: 0 };

function cannotRefresh({ provider }: SessionRecord): MaestroError {
  return new MaestroError('operation.unsupported', { provider, operation: 'refreshing a session without a refresh token' });
}
