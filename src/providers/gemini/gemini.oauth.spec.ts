import type { OAuthCredentials } from '../../contracts/credentials.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import { httpClient } from '../../kit/http-client.js';
import { parsePastedCode } from '../../kit/oauth/pasted-code.js';
import { checkProvider } from '../../testing/check-provider.js';
import { GeminiModels } from './gemini.models.js';
import { gemini } from './gemini.module.js';
import { GeminiOAuth } from './gemini.oauth.js';
import { GeminiStreaming } from './gemini.streaming.js';
import { geminiSimulator } from './testing/gemini.simulator.js';

const http = httpClient();
const signal = new AbortController().signal;
const client = { oauthClientId: 'simulated-client.apps.googleusercontent.com', oauthClientSecret: 'simulated-client-secret' };

let simulator: RunningSimulator;

function settingsWith(values: Readonly<Record<string, string | undefined>>): ProviderSettings {
  return {
    text: (name) => values[name],
    secret: (name) => (values[name] === undefined ? undefined : Secret.of(values[name])),
  };
}

const oauthWith = (values: Readonly<Record<string, string>> = {}): GeminiOAuth =>
  new GeminiOAuth(
    settingsWith({
      ...client,
      baseUrl: simulator.baseUrl,
      oauthAuthorizeUrl: `${simulator.baseUrl}/oauth/authorize`,
      oauthTokenUrl: `${simulator.baseUrl}/oauth/token`,
      ...values,
    }),
    http,
  );

async function logIn(oauth: GeminiOAuth): Promise<OAuthCredentials> {
  const { authUrl, pkceParams } = await oauth.generateAuthUrl('dev', { method: 'browser', signal });
  const { headers } = await fetch(authUrl, { redirect: 'manual' });
  const tokens = await oauth.exchangeCode(Secret.of(headers.get('location') ?? ''), pkceParams, 'dev', { signal });
  return oauth.extractApiCredentials(tokens, undefined, { signal });
}

const lastHeaders = (): object => simulator.requests.at(-1)?.headers ?? {};

async function answerOf(oauth: GeminiOAuth, credentials: OAuthCredentials): Promise<string> {
  const pieces: string[] = [];
  const messages = [{ role: 'user', content: 'Hello' }] as const;
  const events = await new GeminiStreaming().streamChat(oauth.createClient(credentials, {}), messages, {
    model: 'gemini-sim-large',
    signal,
  });
  for await (const event of events) if (event.type === 'text-delta') pieces.push(event.text);
  return pieces.join('');
}

beforeAll(async () => {
  simulator = await geminiSimulator.start({ apiKey: geminiSimulator.apiKey });
});
afterAll(async () => {
  await simulator.close();
  await http.close();
});

describe('a Google login', () => {
  it('is declared without a fault, with nobody’s client as a default', () => {
    expect(checkProvider(gemini)).toEqual([]);
    expect(gemini.manifest.login).toMatchObject({ rotation: 'none', methods: ['browser', 'paste'] });
    expect(gemini.manifest.settings['oauthClientId']?.default).toBeUndefined();
    expect(gemini.manifest.settings['oauthClientSecret']).toMatchObject({ isSecret: true });
  });

  it('needs a client of one’s own, and says what to set', async () => {
    const bare = new GeminiOAuth(settingsWith({ oauthClientId: 'mine' }), http);
    await expect(bare.generateAuthUrl('dev', { method: 'browser', signal })).rejects.toMatchObject({
      code: 'login.not-configured',
      parameters: { setting: 'GEMINI_OAUTH_CLIENT_ID and GEMINI_OAUTH_CLIENT_SECRET' },
    });
  });

  it('goes to the vendor with what brings a refresh token back', async () => {
    const own = new GeminiOAuth(settingsWith(client), http);
    const { authUrl } = await own.generateAuthUrl('dev', { method: 'browser', signal });
    const { origin, pathname, searchParams } = new URL(authUrl);
    expect(`${origin}${pathname}`).toBe('https://accounts.google.com/o/oauth2/v2/auth');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      access_type: 'offline',
      prompt: 'consent',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      redirect_uri: 'http://127.0.0.1:4000/oauth/callback',
      code_challenge_method: 'S256',
    });
  });

  it('streams, lists models and refreshes, and keeps the refresh token that no answer repeats', async () => {
    const oauth = oauthWith({ oauthProject: 'billed-project' });
    const credentials = await logIn(oauth);
    expect(await answerOf(oauth, credentials)).not.toBe('');
    expect(lastHeaders()).toMatchObject({ 'x-goog-user-project': 'billed-project' });
    expect(lastHeaders()).not.toHaveProperty('x-goog-api-key');

    if (credentials.refreshToken === undefined) throw new Error('there is no refresh token');
    const tokens = await oauth.refreshToken(credentials.refreshToken, 'dev', { signal });
    expect(tokens.refreshToken).toBeUndefined();
    const refreshed = await oauth.extractApiCredentials(tokens, credentials, { signal });
    expect(refreshed.refreshToken?.reveal()).toBe(credentials.refreshToken.reveal());
    expect(refreshed.accessToken.reveal()).not.toBe(credentials.accessToken.reveal());
    const models = await new GeminiModels().listModels(oauth.createClient(refreshed, {}), { signal });
    expect(models.map(({ id }) => id)).toContain('gemini-sim-large');
    await expect(answerOf(oauth, credentials)).rejects.toMatchObject({ code: 'session.credential-rejected' });
  });

  it('is finished with the address that a person copies from a browser that found nobody there', async () => {
    const oauth = oauthWith();
    const { authUrl, pkceParams } = await oauth.generateAuthUrl('dev', { method: 'paste', signal });
    const address = (await fetch(authUrl, { redirect: 'manual' })).headers.get('location') ?? '';
    expect(parsePastedCode(Secret.of(address)).address).toBe('http://127.0.0.1:4000/oauth/callback');
    const tokens = await oauth.exchangeCode(Secret.of(address), pkceParams, 'dev', { signal });
    expect(tokens).toMatchObject({ tokenType: 'Bearer', scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  });

  it('calls on the quota of the credential’s own project, at the session’s own address, where it has them', async () => {
    const oauth = oauthWith({ oauthProject: 'billed-project' });
    const credentials = await logIn(oauth);
    const own = oauth.createClient({ ...credentials, extra: { projectId: 'own' } }, { baseUrl: 'https://own.example/' });
    const headers: Record<string, string> = {};
    await own.authorise(headers);
    expect(own.baseUrl).toBe('https://own.example');
    expect(headers['x-goog-user-project']).toBe('own');
    const plain: Record<string, string> = {};
    await oauthWith().createClient(credentials, {}).authorise(plain);
    expect(Object.keys(plain)).toEqual(['authorization']);
    expect(new GeminiOAuth(settingsWith({}), http).createClient(credentials, {}).baseUrl).toBe('https://generativelanguage.googleapis.com');
  });

  it('is revoked without telling the client, and is dead then', async () => {
    const oauth = oauthWith();
    const credentials = await logIn(oauth);
    await oauth.revokeTokens(credentials, { signal });
    expect(simulator.requests.at(-1)?.body).not.toContain('client');
    const refreshed = oauth.refreshToken(credentials.refreshToken ?? Secret.of(''), 'dev', { signal });
    await expect(refreshed).rejects.toMatchObject({ code: 'session.refresh-rejected' });
  });
});
