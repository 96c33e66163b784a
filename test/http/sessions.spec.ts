import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway, wireMakers } from '../support/start-gateway.js';

const providers = wireMakers;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
}, 60_000);
afterAll(async () => {
  await gateway.close();
});

function keyOf(provider: string): string {
  return gateway.simulators.get(provider)?.apiKey ?? '';
}

async function create(provider: string, name: string, changes: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const body = { provider, authType: 'api_key', name, credentials: { apiKey: keyOf(provider) }, ...changes };
  const { json, status } = await gateway.call('POST', '/api/sessions', { body });
  expect([status, json['detail']]).toEqual([201, undefined]);
  return json;
}

describe.each(providers)('a session of %s', (provider) => {
  it('is made and found by its name and by its id, and never shows its secret', async () => {
    const name = 'work_one';
    const created = await create(provider, name, { label: 'For work', verify: true });
    const byName = await gateway.call('GET', `/api/sessions/${provider}/api_key/${name}`);
    const byId = await gateway.call('GET', `/api/sessions/${String(created['id'])}`);

    expect(created).toMatchObject({ provider, authType: 'api_key', name, label: 'For work', status: 'active' });
    expect([byName.json, byId.json]).toEqual([created, created]);
    expect(JSON.stringify(created)).not.toContain(keyOf(provider));
    expect(created['secretHint']).toBe(keyOf(provider).slice(-4));
  });

  it('answers a creation with where the session is', async () => {
    const body = { provider, authType: 'api_key', name: 'work_where', credentials: { apiKey: keyOf(provider) } };
    const { headers, json } = await gateway.call('POST', '/api/sessions', { body });

    expect(headers.get('location')).toBe(`/api/sessions/${String(json['id'])}`);
  });

  it('is tested with the provider', async () => {
    const { id } = await create(provider, 'work_test');
    const bad = await create(provider, 'work_bad', { credentials: { apiKey: `${keyOf(provider).slice(0, -4)}XXXX` } });

    const good = await gateway.call('POST', `/api/sessions/${String(id)}/test`);
    const refused = await gateway.call('POST', `/api/sessions/${provider}/api_key/work_bad/test`, {
      headers: { 'content-type': 'application/json' },
    });

    expect(good).toMatchObject({ status: 200, json: { keyAccepted: true } });
    expect(refused).toMatchObject({ status: 424, json: { code: 'session.credential-rejected' } });
    expect(bad['status']).toBe('active');
  });

  it('is refused where the key is to be verified and is wrong', async () => {
    const body = { provider, authType: 'api_key', name: 'work_unverified', credentials: { apiKey: `${keyOf(provider)}x` }, verify: true };

    const refused = await gateway.call('POST', '/api/sessions', { body });
    const found = await gateway.call('GET', `/api/sessions/${provider}/api_key/work_unverified`);

    expect(refused).toMatchObject({ status: 424, json: { code: 'session.credential-rejected' } });
    expect(found.status).toBe(404);
  });

  it('is renamed, labelled, disabled and enabled', async () => {
    const { id } = await create(provider, 'work_change');
    const path = `/api/sessions/${String(id)}`;

    const changed = await gateway.call('PATCH', `/api/sessions/${provider}/api_key/work_change`, {
      body: { name: 'work_changed', label: 'New', disabled: true },
    });
    const used = await gateway.call('POST', `${path}/test`);
    const restored = await gateway.call('PATCH', path, { body: { label: null, disabled: false } });

    expect(changed).toMatchObject({ status: 200, json: { id, name: 'work_changed', label: 'New', status: 'disabled' } });
    expect(used).toMatchObject({ status: 409, json: { code: 'session.disabled' } });
    expect(restored).toMatchObject({ status: 200, json: { name: 'work_changed', status: 'active' } });
    expect(restored.json).not.toHaveProperty('label');
  });

  it('takes new credentials and keeps its name and id', async () => {
    const { id } = await create(provider, 'work_replace', { credentials: { apiKey: `${keyOf(provider)}-old` } });

    const replaced = await gateway.call('PUT', `/api/sessions/${provider}/api_key/work_replace/credentials`, {
      body: { credentials: { apiKey: keyOf(provider) }, verify: true },
    });
    const tested = await gateway.call('POST', `/api/sessions/${String(id)}/test`);

    expect(replaced).toMatchObject({ status: 200, json: { id, name: 'work_replace' } });
    expect(tested.status).toBe(200);
  });

  it('is deleted once; a second time only where that was asked for', async () => {
    const { id } = await create(provider, 'work_delete');
    const path = `/api/sessions/${String(id)}`;

    const answers = [];
    for (const query of ['', '', '?ifExists=true', '?ifExists=maybe'])
      answers.push((await gateway.call('DELETE', `${path}${query}`)).status);
    const byName = await gateway.call('DELETE', `/api/sessions/${provider}/api_key/work_delete?ifExists=true`);

    expect(answers).toEqual([204, 404, 204, 400]);
    expect(byName.status).toBe(204);
    expect((await gateway.call('GET', path)).json).toMatchObject({ code: 'session.not-found' });
    await create(provider, 'work_delete');
  });

  it('lists its models, and tells of one', async () => {
    const { id } = await create(provider, 'work_models');

    const byName = await gateway.call('GET', `/api/sessions/${provider}/api_key/work_models/models`);
    const models = byName.json['data'] as readonly { readonly id: string }[];
    const first = models[0]?.id ?? '';
    const one = await gateway.call('GET', `/api/sessions/${String(id)}/models/${first}`);
    const encoded = await gateway.call('GET', `/api/sessions/${provider}/api_key/work_models/models/${encodeURIComponent(first)}`);
    const none = await gateway.call('GET', `/api/sessions/${String(id)}/models/sim-not-found`);

    expect(models.length).toBeGreaterThanOrEqual(3);
    expect(one).toMatchObject({ status: 200, json: { id: first, capabilities: expect.any(Array) } });
    expect(encoded.json).toEqual(one.json);
    expect(none.status).toBe(404);
  });
});

describe('the list of sessions', () => {
  it('comes in pages, filtered', async () => {
    const [provider = ''] = providers;
    const names = ['page_a', 'page_b', 'page_c'];
    for (const name of names) await create(provider, name);

    const found: string[] = [];
    let cursor = '';
    do {
      const { json } = await gateway.call('GET', `/api/sessions?provider=${provider}&authType=api_key&status=active&limit=2${cursor}`);
      found.push(...(json['data'] as readonly { readonly name: string }[]).map(({ name }) => name));
      const { nextCursor } = json as { readonly nextCursor?: string };
      cursor = nextCursor === undefined ? '' : `&cursor=${nextCursor}`;
    } while (cursor !== '');

    expect(found).toEqual(expect.arrayContaining(names));
    expect(new Set(found).size).toBe(found.length);
  });
});

describe('the providers', () => {
  it('are listed with what each can do', async () => {
    const { status, json } = await gateway.call('GET', '/api/providers');

    expect(status).toBe(200);
    const offered = { authTypes: expect.arrayContaining(['api_key']), features: expect.arrayContaining(['streaming']) };
    expect(json['data']).toEqual(expect.arrayContaining(providers.map((id): unknown => expect.objectContaining({ id, ...offered }))));
  });

  it.each(providers)('tell of %s by itself', async (provider) => {
    const { json } = await gateway.call('GET', `/api/providers/${provider}`);

    expect(json).toMatchObject({
      id: provider,
      displayName: expect.any(String),
      limitations: expect.any(Array),
      requirements: expect.any(Array),
    });
  });

  it('are reported as they were found at the start', async () => {
    const { json } = await gateway.call('GET', '/api/providers/compliance');

    expect(json['providers']).toEqual(
      expect.arrayContaining(providers.map((id): unknown => expect.objectContaining({ id, status: 'serving', findings: [] }))),
    );
  });
});

describe('what is kept of a session', () => {
  it('is nowhere a credential: not in the database, not in the log', async () => {
    const rows = await gateway.database.dataSource.query<readonly object[]>('select * from saved_authentications');
    const kept = JSON.stringify(rows) + rows.map((row) => Object.values(row).map(String).join()).join() + gateway.log();

    expect(rows.length).toBeGreaterThan(0);
    for (const provider of providers) {
      const key = keyOf(provider);
      for (const form of [key, Buffer.from(key).toString('base64'), Buffer.from(key).toString('hex')]) expect(kept).not.toContain(form);
    }
    expect(kept).not.toContain(gateway.adminKey);
  });
});
