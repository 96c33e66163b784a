import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import type { ProviderRuntime } from '../../contracts/define-provider.js';
import { providerRuntime } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { FinishedLogin, Login, PendingLogin } from '../../contracts/login.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import type { Session, SessionId } from '../../contracts/session.js';
import { SessionName } from '../../contracts/session-name.js';
import type { AuthorizationChallenge, LoginMethod, PkceParams } from '../../contracts/tokens.js';
import { codeOf, isSame, parsePastedCode, safeWord } from '../../kit/oauth/pasted-code.js';
import { localCaller } from '../access/local-caller.js';
import { requireScope } from '../access/may-use.js';
import { signalOf } from '../never-aborted.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SecretBox } from '../sessions/secret-box.port.js';
import { SessionFinder } from '../sessions/session-finder.js';
import { Consents } from './consents.js';
import { DevicePolls, pollInterval } from './device-polls.js';
import { LoginCompletion } from './login-completion.js';
import { openChallenge, sealChallenge } from './login-secrets.js';
import { PendingLogins } from './pending-login.port.js';

const lifeSeconds = 600;
const mostPerCaller = 20;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Far longer than any state or answer of an issuer. */
const longestQuery = 8_192;

export interface NewLogin {
  readonly provider: string;
  /** Of the session that will be there. One with an OAuth login of that name logs in again. */
  readonly name: string;
  /** Default: the provider's first. */
  readonly method?: string;
  /** Where the browser comes back to; absent: the provider's configured redirect. */
  readonly redirectUri?: string;
  readonly signal?: AbortSignal;
}

/**
 * Logging in with a provider: begun here, finished by whoever brings the issuer's answer, on this replica or another. Injected,
 * it acts for the application itself; `for` gives the same for a caller.
 */
@Injectable()
export class Logins {
  private caller: Caller = localCaller;

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(PendingLogins) private readonly pending: PendingLogins,
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(SessionFinder) private readonly finder: SessionFinder,
    @Inject(Consents) private readonly consents: Consents,
    @Inject(LoginCompletion) private readonly completion: LoginCompletion,
    @Inject(DevicePolls) private readonly polls: DevicePolls,
    @Inject(providerRuntime) private readonly runtime: ProviderRuntime,
  ) {}

  for(caller: Caller): Logins {
    const { registry, pending, box, finder, consents, completion, polls, runtime } = this;
    const acting = new Logins(registry, pending, box, finder, consents, completion, polls, runtime);
    acting.caller = caller;
    return acting;
  }

  /** The redirect that is configured for a provider's client. @throws MaestroError `provider.unknown` */
  configuredRedirect(provider: string): string | undefined {
    return this.runtime.settingsOf(this.registry.manifestOf(provider)).text('oauthRedirectUri');
  }

  /**
   * A login by federation is over when this returns.
   *
   * @throws MaestroError `caller.scope-missing`, `provider.unknown`, `operation.unsupported`, `session.name-invalid`,
   * `session.name-taken`, `login.terms-not-accepted`, `login.not-configured`, `login.too-many` and upstream errors
   */
  async begin(input: NewLogin): Promise<Login> {
    requireScope(this.caller, 'sessions:write');
    const provider = ProviderId.parse(input.provider);
    const name = SessionName.parse(input.name);
    const oauth = this.registry.resolve(provider, 'oauth');
    const method = this.methodOf(provider, input.method);
    // Terms to accept are about people's logins; a federation is set up with the vendor itself.
    if (method !== 'federation') await this.consents.require(provider);
    const sessionId = await this.sessionLoggingInAgain(provider, name);
    const draft = { id: randomUUID(), provider, name, method, callerId: this.caller.id, ...(sessionId !== undefined && { sessionId }) };
    // Before an issuer is troubled with it.
    await this.pending.admit(draft, mostPerCaller);
    const { redirectUri } = input;
    const options = {
      method,
      signal: signalOf(input.signal && { signal: input.signal }),
      ...(redirectUri !== undefined && { redirectUri }),
    };
    const challenge = await oauth.generateAuthUrl(name, options);
    const login = await this.added(draft, challenge);
    return method === 'federation' ? this.federated(login) : shownPending(login, challenge);
  }

  /** Of a device login, asks the issuer where it is time to. @throws MaestroError `login.not-found` */
  async get(id: string): Promise<Login> {
    requireScope(this.caller, 'sessions:write');
    const login = await this.found(id);
    if ('status' in login) return shownFinished(login);
    if (login.method !== 'device' || !(await this.polls.poll(login))) return shownPending(login, await openChallenge(this.box, login));
    return this.get(id);
  }

  /**
   * With the code, `code#state`, or the whole address that the browser came back to. What cannot be the answer to this login
   * leaves it as it is; anything else spends it.
   *
   * @throws MaestroError `login.not-found` (also a second time), `login.rejected`, `session.name-taken` and upstream errors
   */
  async complete(id: string, pasted: Secret): Promise<Session> {
    requireScope(this.caller, 'sessions:write');
    const login = await this.found(id);
    if ('status' in login || login.method === 'device') throw unknown();
    const { pkceParams } = await openChallenge(this.box, login);
    requireOwnAnswer(login, pkceParams, pasted);
    return this.completion.settle(await this.taken(id), () => pasted);
  }

  /**
   * What an issuer sent a browser back with. Whoever brings it needs no key: the state is its key. State first: an answer that
   * is nobody's tells nothing that may be believed, and costs no exchange.
   *
   * @param query of the address, without `?`
   * @throws MaestroError `login.not-found`, `login.rejected`, `session.name-taken` and upstream errors
   */
  async finish(query: string): Promise<Session> {
    if (query.length > longestQuery) throw unknown();
    const parameters = new URLSearchParams(query);
    const [state, ...further] = parameters.getAll('state');
    if (state === undefined || state === '' || further.length > 0) throw unknown();
    const login = await this.pending.takeByState(Secret.of(state));
    if (login === undefined) throw unknown();
    return this.completion.settle(login, (pkce) => {
      if (!isSame(Secret.of(state), pkce.state)) throw unknown();
      const error = parameters.get('error');
      if (error !== null) throw rejected(login, safeWord(error));
      if (parameters.getAll('code').length !== 1) throw rejected(login, 'code_missing');
      const address = new URL(pkce.redirectUri);
      address.search = query;
      return Secret.of(address.href);
    });
  }

  /** @throws MaestroError `login.not-found` */
  async cancel(id: string): Promise<void> {
    requireScope(this.caller, 'sessions:write');
    if (!uuid.test(id) || !(await this.pending.cancel(id, this.caller.id))) throw unknown();
  }

  private methodOf(provider: ProviderId, wanted: string | undefined): LoginMethod {
    const methods = this.registry.manifestOf(provider).login?.methods ?? ['browser', 'paste'];
    const method = methods.find((each) => wanted === undefined || each === wanted);
    if (method !== undefined) return method;
    throw new MaestroError('operation.unsupported', {
      provider,
      operation: `login by ${wanted ?? 'itself'} (it has ${methods.join(', ')})`,
    });
  }

  /** A session that the caller may not use stays unseen until its name is asked for. */
  private async sessionLoggingInAgain(provider: ProviderId, name: SessionName): Promise<SessionId | undefined> {
    try {
      const { id } = await this.finder.find(this.caller, 'sessions:write', { provider, session: name, authType: 'oauth' });
      return id;
    } catch (error) {
      if (MaestroError.is(error) && error.code === 'session.not-found') return undefined;
      throw error;
    }
  }

  private async added(draft: Omit<PendingLogin, 'secret' | 'expiresAt'>, challenge: AuthorizationChallenge): Promise<PendingLogin> {
    const { pkceParams } = challenge;
    const secret = await sealChallenge(this.box, challenge, draft);
    const login = { ...draft, secret, ...(draft.method === 'device' && { pollIntervalSeconds: pollInterval(challenge) }) };
    const hasState = pkceParams.state.reveal() !== '';
    const expiresAt = await this.pending.add({ ...login, lifeSeconds, ...(hasState && { state: pkceParams.state }) }, mostPerCaller);
    return { ...login, expiresAt };
  }

  private async federated({ id }: PendingLogin): Promise<Login> {
    await this.completion.settle(await this.taken(id), () => Secret.of(''));
    return this.get(id);
  }

  private async found(id: string): Promise<PendingLogin | FinishedLogin> {
    const login = uuid.test(id) ? await this.pending.find(id, this.caller.id) : undefined;
    if (login === undefined) throw unknown();
    return login;
  }

  private async taken(id: string): Promise<PendingLogin> {
    const login = await this.pending.take(id, this.caller.id);
    if (login === undefined) throw unknown();
    return login;
  }
}

function shownPending(login: PendingLogin, { authUrl, userCode }: AuthorizationChallenge): Login {
  const { id, provider, name, method, expiresAt, pollIntervalSeconds } = login;
  return {
    ...{ id, provider, name, method, status: 'pending', expiresAt },
    ...(authUrl !== '' && { authorizationUrl: authUrl }),
    ...(userCode !== undefined && { userCode }),
    ...(pollIntervalSeconds !== undefined && { pollIntervalSeconds }),
  };
}

function shownFinished({ callerId: _caller, ...login }: FinishedLogin): Login {
  return login;
}

/** What was pasted by mistake must not cost the login. An answer that says no is one. */
function requireOwnAnswer({ provider }: PendingLogin, { state, redirectUri }: PkceParams, pasted: Secret): void {
  const answer = parsePastedCode(pasted);
  if (answer.error === undefined || answer.state === undefined) codeOf(answer, { provider, state, redirectUri });
  else if (!isSame(answer.state, state)) throw rejected({ provider }, 'state_mismatch');
}

function unknown(): MaestroError {
  return new MaestroError('login.not-found', {});
}

function rejected({ provider }: Pick<PendingLogin, 'provider'>, reason: string): MaestroError {
  return new MaestroError('login.rejected', { provider, reason });
}
