import type { InMemoryPendingLogins } from '../../../test/support/in-memory-pending-logins.js';
import { InMemoryPersistenceModule } from '../../../test/support/in-memory-persistence.module.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import { aCaller } from '../../../test/support/a-session.js';
import { StillClock } from '../../../test/support/still-clock.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import { WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import type { AuthorizationOptions } from '../../contracts/behaviours/oauth.behaviour.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import type { ProviderDeclaration } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { PendingLogin } from '../../contracts/login.js';
import type { Limitation } from '../../contracts/manifest.js';
import { Secret } from '../../contracts/secret.js';
import type { SessionRecord } from '../../contracts/session.js';
import { mergeTokens } from '../../kit/oauth/merge-tokens.js';
import type { MaestroOptions } from '../../maestro.module.js';
import type { CallOptions } from '../../contracts/provider-client.js';
import type { AuthorizationChallenge, PkceParams, TokenSet } from '../../contracts/tokens.js';
import { Consents } from './consents.js';
import { LoginCompletion } from './login-completion.js';
import { Logins } from './logins.js';
import { PendingLogins } from './pending-login.port.js';

/** What the hand-made issuer does next, and what was done to it. */
interface Script {
  answer: (signal: AbortSignal) => Promise<void>;
  begun: number;
  exchanges: number;
  readonly codes: string[];
  readonly revoked: string[];
  isRevocable: boolean;
  redirectUri: string;
  accessToken?: string | undefined;
  extraction?: Error | undefined;
  lifetimeSeconds?: number | undefined;
  expiresAt?: Date | undefined;
  pollIntervalSeconds?: number | undefined;
}

const usual = {
  answer: async (): Promise<void> => undefined,
  begun: 0,
  exchanges: 0,
  isRevocable: true,
  redirectUri: 'https://maestro.example/oauth/callback',
  accessToken: undefined,
  extraction: undefined,
  lifetimeSeconds: undefined,
  expiresAt: undefined,
  pollIntervalSeconds: undefined,
};
const script: Script = { ...usual, codes: [], revoked: [] };
let states = 0;

class ScriptedOAuth extends WholeOAuth {
  override async generateAuthUrl(_name: string, { method }: AuthorizationOptions): Promise<AuthorizationChallenge> {
    script.begun += 1;
    const { redirectUri, pollIntervalSeconds } = script;
    const isDevice = method === 'device';
    const state = Secret.of(isDevice ? '' : `state-${String((states += 1))}`);
    return {
      authUrl: 'https://whole.example/authorize',
      pkceParams: { state, codeVerifier: Secret.of('verifier'), redirectUri, method },
      ...(isDevice && { userCode: 'ABCD' }),
      ...(pollIntervalSeconds !== undefined && { pollIntervalSeconds }),
    };
  }

  override async exchangeCode(code: Secret, _pkce: PkceParams, _name: string, { signal }: CallOptions): Promise<TokenSet> {
    script.exchanges += 1;
    script.codes.push(code.reveal());
    await script.answer(signal);
    const accessToken = Secret.of(script.accessToken ?? `access-${String(script.exchanges)}-0123456789`);
    const { lifetimeSeconds, expiresAt } = script;
    return {
      ...{ accessToken, tokenType: 'Bearer', isExpiryEstimated: false, extra: {} },
      ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
  }

  override async extractApiCredentials(tokens: TokenSet): Promise<OAuthCredentials> {
    if (script.extraction !== undefined) throw script.extraction;
    return mergeTokens(tokens, undefined);
  }

  override async revokeTokens({ accessToken }: OAuthCredentials): Promise<void> {
    if (!script.isRevocable) throw new MaestroError('upstream.unreachable', { origin: 'nowhere', reason: 'hand-made' });
    script.revoked.push(accessToken.reveal());
  }
}

const failing = (error: MaestroError) => async (): Promise<void> => {
  throw error;
};

describe('logins', () => {
  let store: InMemorySessionStore;
  let running: RunningMaestro;
  let logins: Logins;
  let pending: InMemoryPendingLogins;
  const start = async (special: Partial<ProviderDeclaration> = {}, settings: Partial<MaestroOptions> = {}): Promise<void> => {
    const login = { methods: ['browser', 'device', 'federation'], rotation: 'none', defaultLifetimeSeconds: 3_600 } as const;
    store = new InMemorySessionStore();
    running = await startMaestro({
      persistence: InMemoryPersistenceModule.of(store),
      providers: [wholeProvider({ oauth: ScriptedOAuth, login, ...special })],
      ...settings,
      refreshTimes: { storePauseMs: [1, 2], ...settings.refreshTimes },
    });
    logins = running.application.get(Logins, { strict: false });
    pending = running.application.get<unknown, InMemoryPendingLogins>(PendingLogins, { strict: false });
  };
  beforeEach(() => {
    Object.assign(script, usual);
    script.codes.length = 0;
    script.revoked.length = 0;
  });
  afterEach(() => running.close());

  const begin = (method = 'browser'): ReturnType<Logins['begin']> => logins.begin({ provider: 'whole', name: 'work_login', method });
  const session = (): SessionRecord | undefined => [...store.rows.values()][0];

  it('take the provider’s first method, or the ones that every login has', async () => {
    await start();
    await expect(logins.begin({ provider: 'whole', name: 'one_login' })).resolves.toMatchObject({ method: 'browser' });
    await expect(begin('paste')).rejects.toMatchObject({ code: 'operation.unsupported' });
    await running.close();
    const { login: _login, ...plain } = { login: undefined };
    running = await startMaestro({ providers: [wholeProvider({ oauth: ScriptedOAuth, ...plain })] });
    logins = running.application.get(Logins, { strict: false });
    await expect(begin('paste')).resolves.toMatchObject({ method: 'paste' });
    expect(logins.configuredRedirect('whole')).toBeUndefined();
  });

  it('by federation are over when they have begun', async () => {
    await start();
    await expect(begin('federation')).resolves.toMatchObject({ status: 'done', sessionId: expect.any(String) });
    script.answer = failing(new MaestroError('oauth.misconfigured', { provider: 'whole', problem: 'invalid_client' }));
    await expect(logins.begin({ provider: 'whole', name: 'other_login', method: 'federation' })).rejects.toMatchObject({
      code: 'oauth.misconfigured',
    });
  });

  it('belong to who began them, who needs the right to write sessions', async () => {
    await start();
    const { id } = await begin();
    const stranger = logins.for(aCaller(['sessions:write'], '*'));
    for (const work of [stranger.get(id), stranger.complete(id, Secret.of('code')), stranger.cancel(id)]) {
      await expect(work).rejects.toMatchObject({ code: 'login.not-found' });
    }
    const reader = logins.for(aCaller(['sessions:read'], '*'));
    for (const work of [
      reader.begin({ provider: 'whole', name: 'abc' }),
      reader.get(id),
      reader.complete(id, Secret.of('c')),
      reader.cancel(id),
    ]) {
      await expect(work).rejects.toMatchObject({ code: 'caller.scope-missing' });
    }
    expect(script.exchanges).toBe(0);
  });

  it('make a session for a caller without grants, and do not touch one that the caller may not use', async () => {
    await start();
    const caller = logins.for(aCaller(['sessions:write']));
    const { id } = await caller.begin({ provider: 'whole', name: 'work_login' });
    await expect(caller.complete(id, Secret.of('code'))).resolves.toMatchObject({ name: 'work_login' });
    await expect(caller.begin({ provider: 'whole', name: 'work_login' })).rejects.toMatchObject({ code: 'session.name-taken' });
  });

  it('give the tokens back where the name was taken meanwhile, and say so where even that fails', async () => {
    await start();
    const [one, two, three] = [await begin(), await begin(), await begin()];
    await logins.complete(one.id, Secret.of('code'));
    await expect(logins.complete(two.id, Secret.of('code'))).rejects.toMatchObject({ code: 'session.name-taken' });
    expect(script.revoked).toEqual(['access-2-0123456789']);
    script.isRevocable = false;
    await expect(logins.complete(three.id, Secret.of('code'))).rejects.toMatchObject({ code: 'session.name-taken' });
    expect(running.log.lines.join('\n')).toContain('could not be revoked');
    await expect(logins.get(three.id)).resolves.toMatchObject({ status: 'failed', problem: { code: 'session.name-taken' } });
  });

  it('give back no tokens that another session lives on', async () => {
    await start();
    const [one, two] = [await begin(), await begin()];
    script.accessToken = 'the-same-grant';
    await logins.complete(one.id, Secret.of('code'));
    await expect(logins.complete(two.id, Secret.of('code'))).rejects.toMatchObject({ code: 'session.name-taken' });
    expect(script.revoked).toEqual([]);
  });

  it('give the tokens back that the provider can make no credentials of', async () => {
    await start();
    const { id } = await begin();
    script.extraction = new MaestroError('upstream.permission-denied', { provider: 'whole', reason: 'no key' });
    await expect(logins.complete(id, Secret.of('code'))).rejects.toBe(script.extraction);
    expect(script.revoked).toEqual(['access-1-0123456789']);
  });

  it('end with an issuer that answers too late, and say so', async () => {
    await start({}, { refreshTimes: { tokenTimeoutMs: 5 } });
    script.answer = (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    const { id } = await begin();
    await expect(logins.complete(id, Secret.of('code'))).rejects.toMatchObject({ code: 'upstream.timeout' });
    await expect(logins.get(id)).resolves.toMatchObject({ status: 'failed', problem: { code: 'upstream.timeout' } });
  });

  it('trouble no issuer for a name that is taken, or for one login too many', async () => {
    await start();
    await begin('federation');
    const stranger = logins.for(aCaller(['sessions:write']));
    await expect(stranger.begin({ provider: 'whole', name: 'work_login' })).rejects.toMatchObject({ code: 'session.name-taken' });
    for (let count = 0; count < 20; count += 1) await logins.begin({ provider: 'whole', name: 'other_login', method: 'device' });
    const before = script.begun;
    await expect(begin('device')).rejects.toMatchObject({ code: 'login.too-many' });
    expect([before, script.begun]).toEqual([21, 21]);
  });

  it('stay as they are when something of another page is pasted', async () => {
    await start();
    const { id } = await begin();
    const state = `state=state-${String(states)}`;
    for (const [pasted, reason] of [
      [`https://whole.example/authorize?${state}&client_id=x`, 'redirect_mismatch'],
      [`https://elsewhere.example/oauth/callback?${state}&code=abc`, 'redirect_mismatch'],
      ['https://maestro.example/oauth/callback?code=abc', 'state_missing'],
      ['https://maestro.example/oauth/callback?error=access_denied&state=of-another', 'state_mismatch'],
      [`https://maestro.example/oauth/callback?${state}`, 'code_missing'],
    ] as const) {
      await expect(logins.complete(id, Secret.of(pasted))).rejects.toMatchObject({ code: 'login.rejected', parameters: { reason } });
    }
    expect(script.exchanges).toBe(0);
    await expect(logins.complete(id, Secret.of(`code#state-${String(states)}`))).resolves.toMatchObject({ status: 'active' });
  });

  it('are over when what is pasted says no', async () => {
    await start();
    const { id } = await begin();
    script.answer = failing(new MaestroError('login.rejected', { provider: 'whole', reason: 'access_denied' }));
    const no = `https://maestro.example/oauth/callback?error=access_denied&state=state-${String(states)}`;
    await expect(logins.complete(id, Secret.of(no))).rejects.toMatchObject({ code: 'login.rejected' });
    await expect(logins.get(id)).resolves.toMatchObject({ status: 'failed' });
  });

  it('come back to a redirect that has a query of its own', async () => {
    await start();
    script.redirectUri = 'https://maestro.example/oauth/callback?tenant=a';
    await begin();
    const query = `tenant=a&code=c%2F1&state=state-${String(states)}`;
    await logins.finish(query);
    expect(script.codes).toEqual([`https://maestro.example/oauth/callback?${query}`]);
  });

  it('wait with their tokens for a database that is away for a moment, and make one session of them', async () => {
    await start();
    const insert = store.insert.bind(store);
    let tried = 0;
    store.insert = async (record, note) => {
      tried += 1;
      const inserted = await insert(record, note);
      if (tried === 1) throw new MaestroError('database.unavailable', {});
      return inserted;
    };
    const { id } = await begin();
    await expect(logins.complete(id, Secret.of('code'))).resolves.toMatchObject({ name: 'work_login', status: 'active' });
    expect([tried, store.rows.size, script.revoked]).toEqual([2, 1, []]);

    const device = await logins.begin({ provider: 'whole', name: 'device_login', method: 'device' });
    const take = pending.take.bind(pending);
    let isAway = true;
    pending.take = async (...args) => {
      if (!isAway) return take(...args);
      isAway = false;
      throw new MaestroError('database.unavailable', {});
    };
    await expect(logins.get(device.id)).resolves.toMatchObject({ status: 'done' });
  });

  it.each([
    ['told', 3_600, undefined],
    ['estimated', undefined, new Date('2031-05-05T06:00:00Z')],
  ])(
    'end by the clock of the database, however wrong that of the process is: a lifetime that was %s',
    async (_how, lifetime, expiresAt) => {
      const clock = new StillClock(new Date('2031-05-05T05:00:00Z'));
      await start({}, { clock });
      Object.assign(script, { lifetimeSeconds: lifetime, expiresAt });
      const { id } = await begin();
      const row = pending.rows.get(id) as PendingLogin;
      pending.rows.set(id, { ...row, readAt: new Date('2026-01-01T00:00:00Z') });
      script.answer = async () => {
        clock.advance(1_500);
      };

      await logins.complete(id, Secret.of('code'));

      const late = lifetime === undefined ? 0 : 1_500;
      expect(session()?.expiresAt).toEqual(new Date(Date.parse('2026-01-01T01:00:00Z') + late));
    },
  );

  it('say plainly that their tokens are lost where it stays away', async () => {
    await start({}, { refreshTimes: { shutdownMs: 0 } });
    store.insert = () => Promise.reject(new MaestroError('database.unavailable', {}));
    const { id } = await begin();
    await expect(logins.complete(id, Secret.of('code'))).rejects.toMatchObject({ code: 'login.interrupted' });
    await expect(logins.get(id)).resolves.toMatchObject({ status: 'failed', problem: { code: 'login.interrupted' } });
    expect(running.log.from('Logins')).toEqual([expect.stringContaining('are lost')]);
    expect(script.revoked).toEqual([]);
  });

  it('have the last word over a change that comes in between, and give up where changes never end', async () => {
    await start();
    await logins.complete((await begin()).id, Secret.of('code'));
    const find = store.findById.bind(store);
    let changes = 1;
    store.findById = async (id) => {
      const found = await find(id);
      if (found !== undefined && (changes -= 1) >= 0) store.put(found);
      return found;
    };
    const again = await begin();
    await expect(logins.complete(again.id, Secret.of('code'))).resolves.toMatchObject({ id: session()?.id });
    const last = await begin();
    changes = 1_000;
    await expect(logins.complete(last.id, Secret.of('code'))).rejects.toMatchObject({ code: 'session.changed' });
    expect(script.revoked).toEqual(['access-3-0123456789']);
  });

  it('are done though nobody can write that down', async () => {
    await start();
    const [one, two] = [await begin(), await begin()];
    pending.finish = async () => {
      throw new MaestroError('database.unavailable', {});
    };
    await expect(logins.complete(one.id, Secret.of('code'))).resolves.toMatchObject({ status: 'active' });
    script.answer = failing(new MaestroError('login.rejected', { provider: 'whole', reason: 'invalid_grant' }));
    await expect(logins.complete(two.id, Secret.of('code'))).rejects.toMatchObject({ code: 'login.rejected' });
    await expect(logins.get(one.id)).resolves.toMatchObject({ status: 'finishing' });
  });

  it.each([
    ['by hand', 'browser', (id: string): Promise<unknown> => logins.complete(id, Secret.of('code'))],
    ['by device', 'device', (id: string): Promise<unknown> => logins.get(id)],
  ] as const)('%s are waited for by a process that ends', async (_how, method, finishing) => {
    await start();
    const { id } = await begin(method);
    let go: () => void = () => undefined;
    script.answer = () =>
      new Promise((resolve) => {
        go = resolve;
      });
    const completing = finishing(id);
    let isOver = false;
    await new Promise((resolve) => setImmediate(resolve));
    const ending = running.application
      .get(LoginCompletion, { strict: false })
      .onModuleDestroy()
      .then(() => (isOver = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    go();
    await ending;
    expect(store.rows.size).toBe(1);
    await completing;
  });

  it('whose state only looks alike, or comes without a code, are over without an exchange', async () => {
    await start();
    await begin();
    const row = [...pending.rows.values()][0] as PendingLogin;
    pending.takeByState = async () => row;
    await expect(logins.finish('state=state-x&code=c')).rejects.toMatchObject({ code: 'login.not-found' });
    await expect(logins.finish(`state=state-${String(states)}`)).rejects.toMatchObject({ code: 'login.rejected' });
    expect(script.exchanges).toBe(0);
  });

  it('whose secrets were damaged are unreadable', async () => {
    await start();
    const { id } = await begin();
    const row = pending.rows.get(id) as PendingLogin;
    const [place] = JSON.parse(Buffer.from(row.secret.bytes).toString()) as readonly unknown[];
    for (const text of ['', 'no JSON', '{}', '{"authUrl":1}']) {
      pending.rows.set(id, { ...row, secret: { keyId: 'k1', bytes: Buffer.from(JSON.stringify([place, text])) } });
      await expect(logins.get(id)).rejects.toMatchObject({ code: 'secret.unreadable' });
    }
  });

  it('by device wait longer when the issuer says so, or is in trouble', async () => {
    await start();
    const { id, pollIntervalSeconds } = await begin('device');
    expect(pollIntervalSeconds).toBe(5);
    const waiting = (code?: string): MaestroError =>
      new MaestroError('login.pending', {}, code === undefined ? {} : { upstream: { code } });
    for (const error of [
      waiting(),
      waiting('slow_down'),
      new MaestroError('upstream.unreachable', { origin: 'whole.example', reason: 'hand-made' }),
      new MaestroError('upstream.rate-limited', { provider: 'whole' }, { retryAfterMs: 90_500 }),
      new MaestroError('upstream.rate-limited', { provider: 'whole' }, { retryAfterMs: 86_400_000 }),
    ]) {
      script.answer = failing(error);
      await expect(logins.get(id)).resolves.toMatchObject({ status: 'pending', userCode: 'ABCD' });
    }
    expect(pending.polls.map(({ intervalSeconds }) => intervalSeconds)).toEqual([5, 10, 15, 91, 600]);
    // Who asks has the login for itself at least until the next one may.
    expect(pending.claims).toEqual([40, 40, 40, 40, 91]);
    script.answer = failing(new MaestroError('login.rejected', { provider: 'whole', reason: 'expired_token' }));
    await expect(logins.get(id)).resolves.toMatchObject({ status: 'failed' });
  });

  it.each([
    [2.5, 3],
    [0, 5],
    [Number.NaN, 5],
    [100_000, 600],
  ])('by device take an interval of %d for %d whole seconds', async (told, taken) => {
    await start();
    script.pollIntervalSeconds = told;
    await expect(begin('device')).resolves.toMatchObject({ pollIntervalSeconds: taken });
  });

  it('by device that were given up during a poll keep nothing', async () => {
    await start();
    const { id } = await begin('device');
    script.answer = () => logins.cancel(id);
    await expect(logins.get(id)).rejects.toMatchObject({ code: 'login.not-found' });
    expect([script.revoked.length, store.rows.size]).toEqual([1, 0]);

    const other = await begin('device');
    script.answer = async () => {
      await logins.cancel(other.id);
      throw new MaestroError('login.rejected', { provider: 'whole', reason: 'access_denied' });
    };
    await expect(logins.get(other.id)).rejects.toMatchObject({ code: 'login.not-found' });
  });

  it('by device whose name was taken meanwhile have failed', async () => {
    await start();
    const { id } = await begin('device');
    await begin('federation');
    await expect(logins.get(id)).resolves.toMatchObject({ status: 'failed', problem: { code: 'session.name-taken' } });
  });

  it('with terms wait for a word about the newest of them, by an admin', async () => {
    const terms = (readOn?: string): Limitation => ({
      about: 'oauth',
      text: 'Terms',
      needsConsent: true,
      ...(readOn !== undefined && { readOn }),
    });
    await start({ limitations: [terms('2026-03-01'), terms('2026-04-01'), { about: 'oauth', text: 'No terms', readOn: '2027-01-01' }] });
    const consents = running.application.get(Consents, { strict: false });
    await expect(begin()).rejects.toMatchObject({ code: 'login.terms-not-accepted' });
    await expect(begin('federation')).resolves.toMatchObject({ status: 'done' });
    await expect(consents.for(aCaller(['sessions:read'], '*')).accept('whole', '2026-04-01')).rejects.toMatchObject({
      code: 'caller.scope-missing',
    });
    await expect(consents.accept('whole', '2026-03-01')).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(consents.accept('whole', '2026-04-01')).resolves.toMatchObject({ isAccepted: true, consent: { acceptedBy: 'local' } });
    await expect(begin()).resolves.toMatchObject({ status: 'pending' });
    expect(store.audit.events.at(-1)).toMatchObject({ action: 'login.consent', target: 'whole', detail: '2026-04-01' });
    await running.close();

    await start({ limitations: [terms()] });
    await expect(begin()).rejects.toMatchObject({ message: expect.stringContaining('undated') });
    await running.close();
    await start();
    const none = running.application.get(Consents, { strict: false });
    await expect(none.accept('whole', '2026-04-01')).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(none.report('whole')).resolves.toMatchObject({ isAccepted: true, terms: [] });
  });
});
