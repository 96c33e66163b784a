import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway, wireMakers } from '../support/start-gateway.js';

const [provider = ''] = wireMakers;
const path = `/api/sessions/${provider}/api_key`;

describe('clones and the audit trail', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  }, 60_000);
  afterAll(async () => {
    await gateway.close();
  });

  const apiKey = (): string => gateway.simulators.get(provider)?.apiKey ?? '';
  const created = async (name: string): Promise<string> => {
    const body = { provider, authType: 'api_key', name, credentials: { apiKey: apiKey() } };
    return String((await gateway.call('POST', '/api/sessions', { body })).json['id']);
  };

  it('keep a session under another name, say where it is and of which it holds the secret', async () => {
    const id = await created('original');

    const { status, headers, json, text } = await gateway.call('POST', `${path}/original/clone`, { body: { name: 'copy', label: 'Mine' } });
    const again = await gateway.call('POST', `/api/sessions/${id}/clone`, { body: { name: 'COPY' } });
    const tested = await gateway.call('POST', `${path}/copy/test`);

    expect({ status, json }).toMatchObject({ status: 201, json: { name: 'copy', label: 'Mine', duplicates: [id] } });
    expect(headers.get('location')).toBe(`/api/sessions/${String(json['id'])}`);
    expect(text).not.toContain(apiKey());
    expect(again).toMatchObject({ status: 409, json: { code: 'session.name-taken' } });
    expect(tested).toMatchObject({ status: 200, json: { keyAccepted: true } });
  });

  it.each([{}, { name: 'copy2', labl: 'x' }, { name: 'copy2', label: 7 }])('refuse a clone like %j', async (body) => {
    await created('for_bad_clones');

    const refused = await gateway.call('POST', `${path}/for_bad_clones/clone`, { body });
    await gateway.call('DELETE', `${path}/for_bad_clones`);

    expect(refused).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
  });

  it('tell an admin what was done, newest first, page by page, without names and secrets', async () => {
    const id = await created('watched');
    await gateway.call('PATCH', `${path}/watched`, { body: { name: 'watched_2', disabled: true } });
    await gateway.call('DELETE', `${path}/watched_2`);

    const first = await gateway.call('GET', `/api/audit?target=${id}&limit=2`);
    const second = await gateway.call('GET', `/api/audit?target=${id}&limit=2&cursor=${String(first.json['nextCursor'])}`);

    expect(first).toMatchObject({
      status: 200,
      json: { data: [{ action: 'session.delete' }, { action: 'session.change', detail: 'name status:disabled' }] },
    });
    expect(second.json).toEqual({ data: [expect.objectContaining({ action: 'session.create', target: id, outcome: 'done' })] });
    expect(first.text + second.text).not.toContain('watched');
    expect(await gateway.call('GET', '/api/audit?limit=x')).toMatchObject({ status: 400 });
    expect(await gateway.call('GET', '/api/audit', { key: null })).toMatchObject({ status: 401 });
  });
});
