import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { OAuthCredentials } from '../../contracts/credentials.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator, SimulatedRequest } from '../../contracts/simulator.js';
import type { TokenSet } from '../../contracts/tokens.js';
import { httpClient } from '../../kit/http-client.js';
import { checkProvider } from '../../testing/check-provider.js';
import { AnthropicModels } from './anthropic.models.js';
import { anthropic } from './anthropic.module.js';
import { AnthropicOAuth } from './anthropic.oauth.js';
import { AnthropicStreaming } from './anthropic.streaming.js';
import { anthropicSimulator } from './testing/anthropic.simulator.js';

const http = httpClient();
const signal = new AbortController().signal;

let simulator: RunningSimulator;
let folder: string;

const settingsWith = (values: Readonly<Record<string, string>>): ProviderSettings => ({
  text: (name) => values[name],
  secret: () => undefined,
});

const oauthWith = (values: Readonly<Record<string, string>> = {}): AnthropicOAuth =>
  new AnthropicOAuth(
    settingsWith({
      oauthClientId: 'simulated-client',
      baseUrl: simulator.baseUrl,
      oauthAuthorizeUrl: `${simulator.baseUrl}/oauth/authorize`,
      oauthTokenUrl: `${simulator.baseUrl}/v1/oauth/token`,
      ...values,
    }),
    http,
  );

async function logIn(oauth: AnthropicOAuth): Promise<OAuthCredentials> {
  const { authUrl, pkceParams } = await oauth.generateAuthUrl('work', { method: 'paste', signal });
  const page = await (await fetch(authUrl)).text();
  const shown = /<code>(.*)<\/code>/.exec(page)?.[1] ?? '';
  return oauth.extractApiCredentials(await oauth.exchangeCode(Secret.of(shown), pkceParams, 'work', { signal }), undefined, { signal });
}

async function answerOf(oauth: AnthropicOAuth, credentials: OAuthCredentials): Promise<string> {
  const pieces: string[] = [];
  const options = { model: 'claude-sim-large', signal, providerOptions: { anthropic: { betas: ['files-api-2025-04-14'] } } };
  const messages = [{ role: 'user', content: 'Hello' }] as const;
  const events = await new AnthropicStreaming().streamChat(oauth.createClient(credentials, {}), messages, options);
  for await (const event of events) if (event.type === 'text-delta') pieces.push(event.text);
  return pieces.join('');
}

function last(): SimulatedRequest {
  const request = simulator.requests.at(-1);
  if (request === undefined) throw new Error('nothing was sent');
  return request;
}

const refreshTokenOf = ({ refreshToken }: OAuthCredentials | TokenSet): Secret => refreshToken ?? Secret.of('none');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-federation-'));
  simulator = await anthropicSimulator.start({ apiKey: anthropicSimulator.apiKey });
});
afterAll(async () => {
  await simulator.close();
  await http.close();
  await rm(folder, { recursive: true });
});

describe('a Claude login', () => {
  it('is declared without a fault, with nobody’s client as a default, and asks for consent', () => {
    expect(checkProvider(anthropic)).toEqual([]);
    expect(anthropic.manifest.login).toMatchObject({ rotation: 'strict', methods: ['paste', 'browser', 'federation'] });
    expect(anthropic.manifest.settings['oauthClientId']?.default).toBeUndefined();
    const consent = anthropic.manifest.limitations.filter(({ needsConsent }) => needsConsent === true);
    expect(consent).toMatchObject([{ about: 'oauth', readOn: '2026-11-22' }]);
    expect(anthropic.manifest.settings['oauthAcceptTerms']?.text).toContain('2026-11-22');
  });

  it('needs a client of one’s own, and says what to set', async () => {
    const bare = new AnthropicOAuth(settingsWith({}), http);
    await expect(bare.generateAuthUrl('work', { method: 'paste', signal })).rejects.toMatchObject({
      code: 'login.not-configured',
      parameters: { setting: 'ANTHROPIC_OAUTH_CLIENT_ID' },
    });
  });

  it('goes to the page that shows code and state to be copied', async () => {
    const own = new AnthropicOAuth(settingsWith({ oauthClientId: 'mine' }), http);
    const { authUrl } = await own.generateAuthUrl('work', { method: 'paste', signal });
    const { origin, pathname, searchParams } = new URL(authUrl);
    expect(`${origin}${pathname}`).toBe('https://claude.ai/oauth/authorize');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      code: 'true',
      client_id: 'mine',
      scope: 'user:profile user:inference',
      redirect_uri: 'https://console.anthropic.com/oauth/code/callback',
    });
  });

  it('streams with its own token and the request’s betas, and says nothing of another program', async () => {
    const oauth = oauthWith();
    const credentials = await logIn(oauth);
    expect(credentials.extra).toEqual({ organizationId: 'org-simulated', accountId: 'acc-simulated' });
    expect(await answerOf(oauth, credentials)).not.toBe('');
    const { headers, body } = last();
    expect(headers['anthropic-beta']).toBe('files-api-2025-04-14,oauth-2025-04-20');
    expect(headers).not.toHaveProperty('x-api-key');
    expect(headers['user-agent']).toMatch(/^maestro\//);
    expect(body).not.toMatch(/claude code/i);
    const models = await new AnthropicModels().listModels(oauth.createClient(credentials, {}), { signal });
    expect(models.length).toBeGreaterThan(0);
  });

  it('refreshes with a token that rotates, and a used one ends the login', async () => {
    const oauth = oauthWith();
    const credentials = await logIn(oauth);
    const tokens = await oauth.refreshToken(refreshTokenOf(credentials), 'work', { signal });
    expect(simulator.requests.at(-1)?.headers['anthropic-beta']).toBe('oauth-2025-04-20');
    const refreshed = await oauth.extractApiCredentials(tokens, credentials, { signal });
    expect(refreshTokenOf(refreshed).reveal()).not.toBe(refreshTokenOf(credentials).reveal());
    expect(await answerOf(oauth, refreshed)).not.toBe('');
    const dead = { code: 'session.refresh-rejected' };
    await expect(oauth.refreshToken(refreshTokenOf(credentials), 'work', { signal })).rejects.toMatchObject(dead);
    await expect(oauth.refreshToken(refreshTokenOf(refreshed), 'work', { signal })).rejects.toMatchObject(dead);
    await expect(answerOf(oauth, refreshed)).rejects.toMatchObject({ code: 'session.credential-rejected' });
  });

  it('has nothing to revoke with, and no wish to fail for it', async () => {
    const before = simulator.requests.length;
    const oauth = new AnthropicOAuth(settingsWith({}), http);
    const credentials = { authType: 'oauth' as const, accessToken: Secret.of('a'), tokenType: 'Bearer', scopes: [], extra: {} };
    await oauth.revokeTokens(credentials, { signal });
    expect(simulator.requests.length).toBe(before);
    expect(oauth.createClient(credentials, {}).baseUrl).toBe('https://api.anthropic.com');
    expect(oauth.createClient(credentials, { baseUrl: 'https://own.example/' }).baseUrl).toBe('https://own.example');
  });
});

describe('a login by federation', () => {
  const path = (): string => join(folder, 'identity-token');
  const federation = (): AnthropicOAuth =>
    oauthWith({
      federationTokenPath: path(),
      federationRuleId: 'fdrl_simulated',
      federationOrganizationId: 'org',
      federationServiceAccountId: 'svac_1',
    });

  async function begun(oauth: AnthropicOAuth): Promise<TokenSet> {
    const { authUrl, pkceParams } = await oauth.generateAuthUrl('batch', { method: 'federation', signal });
    expect(authUrl).toBe('');
    return oauth.exchangeCode(Secret.of(''), pkceParams, 'batch', { signal });
  }

  it('trades the identity token of the file, and streams', async () => {
    await writeFile(path(), 'header.claims.signature\n');
    const oauth = federation();
    const tokens = await begun(oauth);
    const { headers, body } = last();
    expect(headers['anthropic-beta']).toBe('oauth-2025-04-20,oidc-federation-2026-04-01');
    expect(JSON.parse(body)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: 'header.claims.signature',
      federation_rule_id: 'fdrl_simulated',
      organization_id: 'org',
      service_account_id: 'svac_1',
    });
    expect(await answerOf(oauth, await oauth.extractApiCredentials(tokens, undefined, { signal }))).not.toBe('');
  });

  it('is refreshed with the identity token of that day, and no two refreshes look alike', async () => {
    await writeFile(path(), 'first');
    const oauth = federation();
    const first = await begun(oauth);
    await writeFile(path(), 'second');
    const second = await oauth.refreshToken(refreshTokenOf(first), 'batch', { signal });
    expect(simulator.requests.at(-1)?.body).toContain('"assertion":"second"');
    expect(refreshTokenOf(second).reveal()).not.toBe(refreshTokenOf(first).reveal());
  });

  it('does not end for an identity token that is refused today', async () => {
    await writeFile(path(), 'first');
    const oauth = federation();
    const { refreshToken } = await begun(oauth);
    await writeFile(path(), 'expired');
    await expect(oauth.refreshToken(refreshToken ?? Secret.of(''), 'batch', { signal })).rejects.toMatchObject({
      code: 'upstream.permission-denied',
      parameters: { reason: 'invalid_grant' },
    });
    await expect(begun(oauth)).rejects.toMatchObject({ code: 'login.rejected' });
    await rm(path());
    await expect(oauth.refreshToken(refreshToken ?? Secret.of(''), 'batch', { signal })).rejects.toMatchObject({
      code: 'login.not-configured',
    });
  });

  it.each([
    ['', 'nothing'],
    ['x'.repeat(16_385), 'more than an identity token'],
  ])('says what is wrong with a file that holds %#', async (text) => {
    await writeFile(path(), text);
    await expect(begun(federation())).rejects.toMatchObject({ code: 'login.not-configured' });
  });

  it('says everything that is to be set', async () => {
    await expect(
      oauthWith({ federationRuleId: 'fdrl_simulated' }).generateAuthUrl('batch', { method: 'federation', signal }),
    ).rejects.toMatchObject({
      code: 'login.not-configured',
      parameters: { setting: 'ANTHROPIC_FEDERATION_TOKEN_PATH and ANTHROPIC_FEDERATION_ORGANIZATION_ID' },
    });
  });
});
