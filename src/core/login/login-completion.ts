import type { OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';

import type { OAuthBehaviour } from '../../contracts/behaviours/oauth.behaviour.js';
import type { Caller } from '../../contracts/caller.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { PendingLogin } from '../../contracts/login.js';
import type { Secret } from '../../contracts/secret.js';
import type { Session, SessionId } from '../../contracts/session.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SecretBox } from '../sessions/secret-box.port.js';
import { Sessions } from '../sessions/sessions.js';
import { openChallenge } from './login-secrets.js';
import { PendingLogins } from './pending-login.port.js';

/** Milliseconds for an exchange, and for taking tokens back. */
const patience = 30_000;
const revocationPatience = 8_000;

/** How often a session may change under our hands before we give up. */
const tries = 5;

/** After these nothing of the login was kept, for certain. */
const refusals: ReadonlySet<string> = new Set(['session.name-taken', 'session.not-found', 'session.changed']);

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
    @Inject(Sessions) private readonly sessions: Sessions,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  /** Trades the code, keeps the session, and notes how that ended. @throws MaestroError what went wrong */
  settle(login: PendingLogin, code: Secret): Promise<Session> {
    return this.remembered(this.ended(login, async () => this.keep(login, await this.trade(login, code))));
  }

  /** The same for what was traded already. */
  settleTraded(login: PendingLogin, credentials: OAuthCredentials): Promise<Session> {
    return this.remembered(this.ended(login, () => this.keep(login, credentials)));
  }

  /** Notes that it failed. */
  async fail(login: PendingLogin, error: MaestroError): Promise<void> {
    const { code, message: detail } = error;
    await this.pending.finish(login, { problem: { code, detail } }).catch((failure: unknown) => {
      this.logger.warn({ text: `how login ${login.id} ended could not be written down`, error: failure });
    });
  }

  /** @throws MaestroError as `exchangeCode` */
  async trade(login: PendingLogin, code: Secret): Promise<OAuthCredentials> {
    const { pkceParams } = await openChallenge(this.box, login);
    const oauth = this.oauthOf(login);
    const options = { signal: AbortSignal.timeout(patience) };
    const tokens = await oauth.exchangeCode(code, pkceParams, login.name, options);
    // Merged with nothing: the person may have logged in to another account than the session had before.
    return oauth.extractApiCredentials(tokens, undefined, options);
  }

  /** Tokens that nobody will keep. Best effort. */
  async takeBack(login: PendingLogin, credentials: OAuthCredentials): Promise<void> {
    const revoking = this.oauthOf(login).revokeTokens(credentials, { signal: AbortSignal.timeout(revocationPatience) });
    await revoking.catch((error: unknown) => {
      this.logger.warn({ text: `the tokens of login ${login.id} could not be revoked`, error });
    });
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

  private async keep(login: PendingLogin, credentials: OAuthCredentials): Promise<Session> {
    try {
      return await this.kept(login, credentials);
    } catch (error) {
      if (MaestroError.is(error) && refusals.has(error.code)) await this.takeBack(login, credentials);
      throw error;
    }
  }

  private async kept({ sessionId, provider, name, callerId }: PendingLogin, credentials: OAuthCredentials): Promise<Session> {
    const sessions = this.sessions.for(finisher(callerId, provider));
    if (sessionId === undefined) return sessions.create({ provider, authType: 'oauth', name, credentials });
    return replaced(sessions, sessionId, credentials);
  }

  private oauthOf({ provider }: PendingLogin): OAuthBehaviour {
    return this.registry.resolve(provider, 'oauth');
  }

  private remembered<T>(running: Promise<T>): Promise<T> {
    this.running.add(running);
    const forget = (): void => {
      this.running.delete(running);
    };
    running.then(forget, forget);
    return running;
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
