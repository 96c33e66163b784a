import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { compatibleProvider } from '../../src/families/openai-chat/compatible.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

const vendor = {
  id: 'acme-cloud',
  displayName: 'Acme Cloud',
  differences: { maxTokensField: 'max_completion_tokens', headers: { 'x-acme-region': 'north' }, refusedFields: { user: null } },
} as const;

/** No file of ours names this vendor. */
describe('a vendor that nobody listed, by configuration alone', () => {
  let folder: string;
  let server: RunningSimulator;
  let gateway: TestGateway;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-unlisted-'));
    const { simulator } = compatibleProvider({ ...vendor, baseUrl: 'https://api.acme.example/inference/v2' });
    if (simulator === undefined) throw new Error('the family plays nobody');
    server = await simulator.start({ apiKey: simulator.apiKey });
    const file = join(folder, 'vendors.json');
    writeFileSync(file, JSON.stringify([{ ...vendor, baseUrl: server.baseUrl, dialect: 'openai-chat' }]));
    gateway = await startTestGateway({ MAESTRO_COMPATIBLE_PROVIDERS: file, MAESTRO_PROVIDERS_STRICT: 'true' });
    const credentials = { apiKey: simulator.apiKey };
    const body = { provider: vendor.id, authType: 'api_key', name: 'work_acme', credentials, verify: true };
    expect(await gateway.call('POST', '/api/sessions', { body })).toMatchObject({ status: 201 });
  }, 60_000);

  afterAll(async () => {
    await gateway.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('chats through the native API, its differences minded', async () => {
    const { status, json } = await gateway.call('POST', '/api/chat', {
      body: {
        provider: vendor.id,
        session: 'work_acme',
        model: 'sim-large',
        messages: [{ role: 'user', content: 'Hello' }],
        options: { maxTokens: 50 },
        stream: false,
      },
    });

    expect(status).toBe(200);
    expect(json).toMatchObject({ role: 'assistant', reason: 'stop', usage: { input: 21, output: expect.any(Number) } });
    const asked = server.requests.at(-1);
    expect(asked?.path).toBe('/inference/v2/chat/completions');
    expect(asked?.headers).toMatchObject({ 'x-acme-region': 'north' });
    expect(JSON.parse(asked?.body ?? '')).toMatchObject({ max_completion_tokens: 50, stream: true });
  });

  it.each([
    ['/v1/chat/completions', { messages: [{ role: 'user', content: 'Hello' }], user: 'u1' }, /"finish_reason":"stop"/],
    ['/v1/messages', { messages: [{ role: 'user', content: 'Hello' }], max_tokens: 50 }, /"stop_reason":"end_turn"/],
    ['/v1/responses', { input: 'Hello' }, /response\.completed/],
  ])('chats through the door %s', async (path, asked, end) => {
    const response = await gateway.send('POST', path, { body: { ...asked, model: `${vendor.id}/sim-large`, stream: true } });

    expect(response.status).toBe(200);
    expect(response.headers.get('x-maestro-provider')).toBe(vendor.id);
    expect(await response.text()).toMatch(end);
  });

  it('lists its models and tells what it is', async () => {
    const models = await gateway.call('GET', `/api/sessions/${vendor.id}/api_key/work_acme/models`);
    const { json } = await gateway.call('GET', `/api/providers/${vendor.id}`);

    expect(JSON.stringify(models.json)).toContain('sim-large');
    expect(json).toMatchObject({ displayName: 'Acme Cloud', features: ['streaming', 'model_listing', 'context_management'] });
  });

  it('stops the start where its file is wrong, with a line for each thing', async () => {
    const file = join(folder, 'wrong.json');
    writeFileSync(file, JSON.stringify([{ id: 'acme', dialect: 'openai-chat' }]));

    await expect(startTestGateway({ MAESTRO_COMPATIBLE_PROVIDERS: file })).rejects.toMatchObject({
      problems: [`MAESTRO_COMPATIBLE_PROVIDERS (${file}): entry 1 (acme) needs a displayName`, expect.stringContaining('needs a baseUrl')],
    });
    await expect(startTestGateway({ MAESTRO_COMPATIBLE_PROVIDERS: join(folder, 'no.json') })).rejects.toMatchObject({
      problems: [expect.stringContaining('it cannot be read (ENOENT)')],
    });
  });
});
