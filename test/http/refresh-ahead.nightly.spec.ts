import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { until } from '../support/until.js';

/** It looks every five seconds and a little more: too long for each commit. */
describe('a gateway that nobody asks for anything', () => {
  let issuer: RunningIssuer;
  let gateway: TestGateway;
  beforeAll(async () => {
    issuer = await startIssuer({ rotation: 'none' });
    gateway = await startTestGateway({
      GEMINI_OAUTH_CLIENT_ID: 'a-client',
      GEMINI_OAUTH_CLIENT_SECRET: 'of-our-own',
      GEMINI_OAUTH_TOKEN_URL: issuer.tokenUrl,
    });
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
  });

  it('refreshes a session before it ends, and shows when and when next', async () => {
    const { refreshToken, accessToken } = issuer.issue();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const body = { provider: 'gemini', authType: 'oauth', name: 'work_gem', credentials: { accessToken, refreshToken, expiresAt } };
    expect(await gateway.call('POST', '/api/sessions', { body })).toMatchObject({ status: 201 });

    await until(() => issuer.calls.length > 0, 60);
    const shown = async (): Promise<Readonly<Record<string, unknown>>> =>
      (await gateway.call('GET', '/api/sessions/gemini/oauth/work_gem')).json;
    await until(async () => (await shown())['lastRefreshAt'] !== undefined);

    expect(await shown()).toMatchObject({ status: 'active', lastRefreshAt: expect.any(String), nextRefreshAt: expect.any(String) });
    expect(await shown()).not.toHaveProperty('nextStep');
    expect(issuer.calls).toMatchObject([{ refreshToken, outcome: 'issued' }]);
  }, 90_000);
});
