import type { OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { PendingLogin } from '../../contracts/login.js';
import type { Secret } from '../../contracts/secret.js';
import type { Session } from '../../contracts/session.js';
import type { PkceParams, TokenSet } from '../../contracts/tokens.js';
import { mergeTokens } from '../../kit/oauth/merge-tokens.js';
import { RefreshTimes } from '../refresh/refresh-times.js';
import { lifetimeOf } from '../refresh/token-expiry.js';
import { wakingPatience } from '../refresh/waking-patience.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SecretBox } from '../sessions/secret-box.port.js';
import { LoginKeeping } from './login-keeping.js';
import { openChallenge } from './login-secrets.js';
import { PendingLogins } from './pending-login.port.js';

/** A login may take as long as so many calls of a token endpoint: some vendors want more than one. */
const calls = 4;

/** What the issuer gave, as far as it belongs to the login. @throws MaestroError where it does not: nothing is sent then */
export type CodeFrom = (pkce: PkceParams) => Secret;

/**
 * The second half of a login, once it was taken. A code is good for one exchange, so nobody's going away ends it: not the
 * browser's that brought it, and a process that shuts down waits.
 */
@Injectable()
export class LoginCompletion implements OnModuleDestroy {
  private readonly logger = new Logger('Logins');
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(PendingLogins) private readonly pending: PendingLogins,
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(LoginKeeping) private readonly keeping: LoginKeeping,
    @Inject(RefreshTimes) private readonly times: RefreshTimes,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onModuleDestroy(): Promise<void> {
    return this.settled();
  }

  /** All that has begun, and what begins meanwhile. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  /** Work that a process which ends waits for. */
  async undisturbed<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  }

  /** Trades the code, keeps the session, and notes how that ended. @throws MaestroError what went wrong */
  settle(login: PendingLogin, codeFrom: CodeFrom): Promise<Session> {
    return this.undisturbed(() => this.ended(login, async () => this.keeping.keep(login, await this.trade(login, codeFrom))));
  }

  /** The same for what was traded already. */
  settleTraded(login: PendingLogin, credentials: OAuthCredentials): Promise<Session> {
    return this.undisturbed(() => this.ended(login, () => this.keeping.keep(login, credentials)));
  }

  /** Notes that it failed. */
  async fail(login: PendingLogin, error: MaestroError): Promise<void> {
    const { code, message: detail } = error;
    await this.pending.finish(login, { problem: { code, detail } }).catch((failure: unknown) => {
      this.logger.warn({ text: `how login ${login.id} ended could not be written down`, error: failure });
    });
  }

  /** @throws MaestroError as `exchangeCode` */
  async trade(login: PendingLogin, codeFrom: CodeFrom): Promise<OAuthCredentials> {
    const since = this.clock.monotonic();
    const { pkceParams } = await openChallenge(this.box, login);
    const code = codeFrom(pkceParams);
    const oauth = this.registry.resolve(login.provider, 'oauth');
    const tooLong = new MaestroError('upstream.timeout', { origin: login.provider, phase: 'for the whole answer' });
    const { signal, end } = wakingPatience(calls * this.times.tokenTimeoutMs, this.clock, tooLong);
    try {
      const tokens = await oauth.exchangeCode(code, pkceParams, login.name, { signal });
      return await this.credentialsFrom(this.inStoreTime(tokens, login, since), login, signal);
    } finally {
      end();
    }
  }

  /** Merged with nothing: the person may have logged in to another account than the session had before. */
  private async credentialsFrom(tokens: TokenSet, login: PendingLogin, signal: AbortSignal): Promise<OAuthCredentials> {
    try {
      return await this.registry.resolve(login.provider, 'oauth').extractApiCredentials(tokens, undefined, { signal });
    } catch (error) {
      await this.keeping.takeBack(login, mergeTokens(tokens, undefined));
      throw error;
    }
  }

  /** Replicas need not agree on the time: an end is counted from when the store read the login, on a clock that nobody sets. */
  private inStoreTime(tokens: TokenSet, { readAt }: PendingLogin, since: number): TokenSet {
    const lifetime = lifetimeOf(tokens, this.clock.now());
    if (lifetime === undefined || readAt === undefined) return tokens;
    return { ...tokens, expiresAt: new Date(readAt.getTime() + this.clock.monotonic() - since + lifetime) };
  }

  private async ended(login: PendingLogin, work: () => Promise<Session>): Promise<Session> {
    let session: Session;
    try {
      session = await work();
    } catch (error) {
      await this.fail(login, MaestroError.from(error));
      throw error;
    }
    // The session is there, and says so by itself.
    await this.pending.finish(login, { sessionId: session.id }).catch((error: unknown) => {
      this.logger.warn({ text: `that login ${login.id} is done could not be written down`, error });
    });
    return session;
  }
}
