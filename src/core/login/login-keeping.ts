import { Inject, Injectable, Logger } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { PendingLogin } from '../../contracts/login.js';
import type { Session, SessionId } from '../../contracts/session.js';
import { RefreshTimes } from '../refresh/refresh-times.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SecretKeeper } from '../sessions/secret-keeper.js';
import { sessionFromRecord } from '../sessions/session-lifecycle.js';
import { Sessions } from '../sessions/sessions.js';

/** Milliseconds for taking tokens back. */
const revocationPatience = 8_000;

/** How often a session may change under our hands before we give up. */
const tries = 5;

/** After these nothing of the login was kept, for certain. */
const refusals: ReadonlySet<string> = new Set(['session.name-taken', 'session.not-found', 'session.changed']);

/** Brings the tokens of a login into the vault, whatever is in the way, or gives them back. */
@Injectable()
export class LoginKeeping {
  private readonly logger = new Logger('Logins');

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(RefreshTimes) private readonly times: RefreshTimes,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws MaestroError `session.name-taken`, `session.not-found`, `session.changed`, `login.interrupted` */
  async keep(login: PendingLogin, credentials: OAuthCredentials): Promise<Session> {
    try {
      return await this.patiently(login, (isAgain) => this.kept(login, credentials, isAgain));
    } catch (error) {
      if (MaestroError.is(error) && refusals.has(error.code)) await this.takeBack(login, credentials);
      throw error;
    }
  }

  /** Tokens that nobody will keep. Best effort; what another session lives on stays alive. */
  async takeBack(login: PendingLogin, credentials: OAuthCredentials): Promise<void> {
    try {
      if ((await this.holdersOf(login, credentials)).length > 0) return;
      const oauth = this.registry.resolve(login.provider, 'oauth');
      await oauth.revokeTokens(credentials, { signal: AbortSignal.timeout(revocationPatience) });
    } catch (error) {
      this.logger.warn({ text: `the tokens of login ${login.id} could not be revoked`, error });
    }
  }

  /**
   * The issuer gives tokens once: a database that is away for a moment is waited for, as long as a process that ends may. Where its answer to the first try was lost,
   * that try may have held: the next one is told. @throws MaestroError `login.interrupted`
   */
  async patiently<T>(login: PendingLogin, work: (isAgain: boolean) => Promise<T>): Promise<T> {
    const since = this.clock.monotonic();
    const [shortest, longest] = this.times.storePauseMs;
    for (let pause = shortest, isAgain = false; ; pause = Math.min(pause * 2, longest), isAgain = true) {
      try {
        return await work(isAgain);
      } catch (error) {
        if (!MaestroError.is(error) || error.code !== 'database.unavailable') throw error;
        if (this.clock.monotonic() - since >= this.times.shutdownMs) throw this.interrupted(login, error);
      }
      await this.times.sleep(pause);
    }
  }

  private async kept(login: PendingLogin, credentials: OAuthCredentials, isAgain: boolean): Promise<Session> {
    const { sessionId, provider, name, callerId } = login;
    const sessions = this.sessions.for(finisher(callerId, provider));
    if (sessionId !== undefined) return replaced(sessions, sessionId, credentials);
    try {
      return await sessions.create({ provider, authType: 'oauth', name, credentials });
    } catch (error) {
      const own = isAgain ? (await this.holdersOf(login, credentials)).find((holder) => holder.name === name) : undefined;
      if (own === undefined) throw error;
      return sessionFromRecord(own, this.clock.now(), this.keeper.keyIds);
    }
  }

  /** No session has the id of a login. */
  private holdersOf({ id, provider }: PendingLogin, credentials: OAuthCredentials): ReturnType<SecretKeeper['holdersOf']> {
    return this.keeper.holdersOf(credentials, { id: id as SessionId, provider, authType: 'oauth' });
  }

  private interrupted({ id, provider }: PendingLogin, cause: unknown): MaestroError {
    this.logger.error({ text: `the tokens that ${provider} gave for login ${id} are lost: the database did not come back`, error: cause });
    return new MaestroError('login.interrupted', {}, { cause });
  }
}

/** What was allowed when the login began, and no more: who comes back from an issuer holds no key. */
function finisher(callerId: string, provider: string): Caller {
  return { id: callerId, name: callerId, scopes: ['sessions:write'], grants: [{ provider, authType: 'oauth', name: '*' }] };
}

/** A refresh or a rename may come in between; the new login has the last word. */
async function replaced(sessions: Sessions, id: SessionId, credentials: OAuthCredentials): Promise<Session> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await sessions.replaceCredentials({ id }, { credentials });
    } catch (error) {
      if (tried === tries || !MaestroError.is(error) || error.code !== 'session.changed') throw error;
    }
  }
}
