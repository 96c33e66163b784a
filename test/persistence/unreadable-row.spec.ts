import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

describe('a row that cannot be opened', () => {
  let gateway: TestGateway;
  const names = ['work_one', 'work_two', 'work_three'];
  const damages = {
    work_one: `update saved_authentications set credentials = set_byte(credentials, 200, get_byte(credentials, 200) # 1) where name = 'work_one'`,
    work_two: `update saved_authentications one set credentials = other.credentials from saved_authentications other
                where one.name = 'work_two' and other.name = 'work_three'`,
  };
  beforeAll(async () => {
    gateway = await startTestGateway();
    const [[provider, { apiKey }] = ['', { apiKey: '' }]] = gateway.simulators;
    for (const name of names) {
      const body = { provider, authType: 'api_key', name, credentials: { apiKey } };
      expect(await gateway.call('POST', '/api/sessions', { body })).toMatchObject({ status: 201 });
    }
    for (const damage of Object.values(damages)) await gateway.database.dataSource.query(damage);
  }, 60_000);
  afterAll(async () => {
    await gateway.close();
  });

  it('breaks no list', async () => {
    const { status, json } = await gateway.call('GET', '/api/sessions');

    expect(status).toBe(200);
    expect((json['data'] as { name: string }[]).map(({ name }) => name).sort()).toEqual([...names].sort());
  });

  it('fails for itself alone, with its own code', async () => {
    const [provider = ''] = gateway.simulators.keys();
    const outcomes = names.map(async (name) => gateway.call('POST', `/api/sessions/${provider}/api_key/${name}/test`));
    const [one, two, three] = await Promise.all(outcomes);

    expect(one).toMatchObject({ status: 424, json: { code: 'session.unreadable' } });
    expect(two).toMatchObject({ status: 424, json: { code: 'session.unreadable' } });
    expect(three).toMatchObject({ status: 200, json: { keyAccepted: true } });
  });
});
