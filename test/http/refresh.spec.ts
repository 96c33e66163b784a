import { createHash } from 'node:crypto';

import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import type { Answer } from '../support/gateway-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { builtInProviders, startTestGateway } from '../support/start-gateway.js';

const clientId = 'simulated-client';
const model = 'sim-text';

let simulator: RunningSimulator;
let gateway: TestGateway;
beforeAll(async () => {
  const anthropic = (await loadSimulators(builtInProviders)).find(({ provider }) => provider === 'anthropic');
  if (anthropic === undefined) throw new Error('there is no simulator');
  simulator = await anthropic.start({ apiKey: anthropic.apiKey });
  gateway = await startTestGateway({
    ANTHROPIC_BASE_URL: simulator.baseUrl,
    ANTHROPIC_OAUTH_CLIENT_ID: clientId,
    ANTHROPIC_OAUTH_TOKEN_URL: `${simulator.baseUrl}/oauth/token`,
    ANTHROPIC_OAUTH_ACCEPT_TERMS: '2026-11-22',
  });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await simulator.close();
});

/** A live refresh token, and an access token that the provider does not take. */
async function aLogin(name: string): Promise<string> {
  const verifier = 'v'.repeat(43);
  const redirect = 'http://127.0.0.1:1/callback';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const query = { client_id: clientId, redirect_uri: redirect, response_type: 'code', state: 's', code_challenge: challenge };
  const page = await fetch(
    `${simulator.baseUrl}/oauth/authorize?${String(new URLSearchParams({ ...query, code_challenge_method: 'S256' }))}`,
    {
      redirect: 'manual',
    },
  );
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const exchange = {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    code_verifier: verifier,
    redirect_uri: redirect,
    state: 's',
  };
  const answer = await fetch(`${simulator.baseUrl}/oauth/token`, { method: 'POST', body: JSON.stringify(exchange) });
  const { refresh_token: refreshToken } = (await answer.json()) as { readonly refresh_token: string };
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await created({ authType: 'oauth', name, credentials: { accessToken: 'no-longer-taken', refreshToken, expiresAt } });
  return refreshToken;
}

async function created(fields: object): Promise<void> {
  const { status, json } = await gateway.call('POST', '/api/sessions', { body: { provider: 'anthropic', ...fields } });
  expect([status, json['detail']]).toEqual([201, undefined]);
}

function chat(session: string, of = model): Promise<Answer> {
  const body = { provider: 'anthropic', session, model: of, messages: [{ role: 'user', content: 'Hello' }], stream: false };
  return gateway.call('POST', '/api/chat', { body, headers: { 'x-maestro-retries': '0' } });
}

/** What the provider and its issuer were asked meanwhile. */
async function asked(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = simulator.requests.length;
  await work();
  return simulator.requests.slice(before).map(({ path, headers }) => {
    const { pathname } = new URL(path, 'http://simulator');
    return pathname.includes('/token')
      ? 'token'
      : `${pathname} ${String(headers['authorization']) === 'Bearer no-longer-taken' ? 'old' : 'new'}`;
  });
}

describe('a provider that does not take an access token', () => {
  it('is asked for an answer once more after one refresh', async () => {
    await aLogin('chatting');

    const answered = async (): Promise<void> => {
      expect(await chat('chatting')).toMatchObject({ status: 200 });
    };

    expect(await asked(answered)).toEqual(['/v1/messages old', 'token', '/v1/messages new']);
    expect(await asked(() => chat('chatting'))).toEqual(['/v1/messages new']);
  });

  it('is asked for its models once more after one refresh', async () => {
    await aLogin('listing');
    const list = async (): Promise<void> => {
      expect(await gateway.call('GET', '/api/sessions/anthropic/oauth/listing/models')).toMatchObject({ status: 200 });
    };

    const [first, second, third] = await asked(list);

    expect([first, second, third]).toEqual(['/v1/models old', 'token', '/v1/models new']);
  });

  it('is asked twice at most, and refreshed for once, where it takes no token at all', async () => {
    await aLogin('never');

    const refused = async (): Promise<void> => {
      expect(await chat('never', 'sim-unauthorized')).toMatchObject({ status: 424, json: { code: 'session.credential-rejected' } });
    };

    expect(await asked(refused)).toEqual(['/v1/messages old', 'token', '/v1/messages new']);
  });

  it('is not asked again after its first event', async () => {
    await aLogin('broken');
    await chat('broken');

    expect(await asked(() => chat('broken', 'sim-error-midstream'))).toEqual(['/v1/messages new']);
  });

  it('is not asked again for an API key', async () => {
    await created({ authType: 'api_key', name: 'keyed', credentials: { apiKey: `sk-ant-api03-${'x'.repeat(95)}` } });

    expect(await asked(() => chat('keyed'))).toEqual(['/v1/messages new']);
    expect(await gateway.call('POST', '/api/sessions/anthropic/api_key/keyed/refresh')).toMatchObject({
      json: { code: 'operation.unsupported' },
    });
  });
});

describe('a refresh by hand', () => {
  it('answers with the session: when it was refreshed, when it will be, and how it is', async () => {
    const refreshToken = await aLogin('by_hand');
    const path = '/api/sessions/anthropic/oauth/by_hand';
    expect((await gateway.call('GET', path)).json).not.toHaveProperty('lastRefreshAt');

    const { status, json, text } = await gateway.call('POST', `${path}/refresh`);

    expect(status).toBe(200);
    expect(json).toMatchObject({ name: 'by_hand', status: 'active', lastRefreshAt: expect.any(String), nextRefreshAt: expect.any(String) });
    expect(Date.parse(String(json['nextRefreshAt']))).toBeGreaterThan(Date.parse(String(json['lastRefreshAt'])));
    expect(text).not.toMatch(/sim-(access|refresh)|no-longer-taken/);
    expect((await gateway.call('GET', path)).json).toEqual(json);
    expect(gateway.log()).not.toContain(refreshToken);
  });

  it('says why a login is over, and what to do', async () => {
    const credentials = { accessToken: 'no-longer-taken', refreshToken: 'sim-refresh-nobodys' };
    await created({ authType: 'oauth', name: 'over', credentials });
    const path = '/api/sessions/anthropic/oauth/over';

    const refused = await gateway.call('POST', `${path}/refresh`);

    expect(refused).toMatchObject({ status: 424, json: { code: 'session.reauth-required' } });
    expect((await gateway.call('GET', path)).json).toMatchObject({
      status: 'reauth_required',
      statusReason: 'grant_rejected',
      nextStep: expect.stringContaining('maestro auth login anthropic over'),
    });
    expect(gateway.log()).not.toContain('sim-refresh-nobodys');
  });
});
