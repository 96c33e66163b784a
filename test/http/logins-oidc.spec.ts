import type { Replica, Replicas } from '../support/login-gateways.js';
import { lindenSettings, loginReplicas } from '../support/login-gateways.js';
import type { OidcServer } from '../support/oidc-server.js';
import { oidcRedirectUri, startOidcServer } from '../support/oidc-server.js';
import { until } from '../support/until.js';

type Fields = Readonly<Record<string, unknown>>;

describe('a login at a certified server', () => {
  let server: OidcServer;
  let replicas: Replicas;
  let gateway: Replica;
  beforeAll(async () => {
    server = await startOidcServer();
    replicas = await loginReplicas({
      ...lindenSettings(server),
      LINDEN_OAUTH_CLIENT_ID: server.clientId,
      LINDEN_OAUTH_DEVICE_URL: server.deviceUrl,
      LINDEN_OAUTH_REVOKE_URL: server.revokeUrl,
      LINDEN_OAUTH_REDIRECT_URI: oidcRedirectUri,
      LINDEN_OAUTH_SCOPES: 'openid offline_access',
    });
    gateway = await replicas.start();
  }, 60_000);
  afterAll(async () => {
    await replicas.close();
    await server.stop();
  });

  const begin = async (name: string, method: string): Promise<Fields> => {
    const { status, json } = await gateway.call('POST', '/api/logins', { body: { provider: 'linden', name, method } });
    expect([status, json['detail']]).toEqual([201, undefined]);
    return json;
  };
  const loginOf = async ({ id }: Fields): Promise<Fields> => (await gateway.call('GET', `/api/logins/${String(id)}`)).json;
  const exchanges = (): number => server.events.filter((event) => event.includes('authorization_code')).length;

  it('is made in the browser, and not twice', async () => {
    const login = await begin('by_browser', 'browser');
    const { search } = new URL(await server.approve(String(login['authorizationUrl'])));
    const [first, again] = [
      await gateway.call('GET', `/oauth/callback${search}`, { key: null }),
      await gateway.call('GET', `/oauth/callback${search}`, { key: null }),
    ];

    expect([first.status, again.status]).toEqual([200, 404]);
    expect(await loginOf(login)).toMatchObject({ status: 'done' });
    expect((await gateway.call('GET', '/api/sessions/linden/oauth/by_browser')).json).toMatchObject({ status: 'active' });
    expect(exchanges()).toBe(1);
  });

  it('is over when the person says no', async () => {
    const login = await begin('by_nobody', 'browser');
    const before = exchanges();
    const { search } = new URL(await server.deny(String(login['authorizationUrl'])));

    expect((await gateway.call('GET', `/oauth/callback${search}`, { key: null })).text).toContain('access_denied');
    expect(exchanges()).toBe(before);
  });

  it('is made without a browser on this machine, by hand', async () => {
    const login = await begin('by_hand', 'paste');
    const code = await server.approve(String(login['authorizationUrl']));

    const { status, json } = await gateway.call('POST', `/api/logins/${String(login['id'])}/complete`, { body: { code } });

    expect([status, json['status']]).toEqual([200, 'active']);
  });

  it('is made by device', async () => {
    const login = await begin('by_device', 'device');
    const due = (): Promise<unknown> => replicas.database.dataSource.query('update pending_logins set next_poll_at = now()');
    await due();
    expect(await loginOf(login)).toMatchObject({ status: 'pending', userCode: expect.any(String) });
    await server.approveDevice(String(login['authorizationUrl']));
    await due();

    expect(await loginOf(login)).toMatchObject({ status: 'done', sessionId: expect.any(String) });
  });

  it('is revoked there when it is deleted here', async () => {
    const isRevoked = (): boolean => server.events.includes('revoked');
    expect(isRevoked()).toBe(false);
    expect((await gateway.call('DELETE', '/api/sessions/linden/oauth/by_hand')).status).toBe(204);
    await until(isRevoked);
  });
});
