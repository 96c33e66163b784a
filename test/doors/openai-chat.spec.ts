import type { SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

const messages = [{ role: 'user', content: 'Hello' }];
const text = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';
const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } }];
const providers = ['openai', 'anthropic', 'gemini'];

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
  readonly usage?: { readonly prompt_tokens: number };
}

describe('the openai SDK at Chat Completions', () => {
  let gateway: TestGateway;
  let openai: SdkProcess;

  beforeAll(async () => {
    gateway = await startTestGateway();
    openai = startSdk('openai', `${gateway.gateway.url}/v1`, gateway.adminKey);
    for (const [provider, { apiKey }] of gateway.simulators) {
      const body = { provider, authType: 'api_key', name: `work_${provider}`, credentials: { apiKey } };
      const { status } = await gateway.call('POST', '/api/sessions', { body });
      expect(status).toBe(201);
    }
  }, 60_000);

  afterAll(async () => {
    await openai.close();
    await gateway.close();
  });

  it.each(providers)('streams an answer of %s, with usage', async (provider) => {
    const asked = { model: `${provider}/any`, messages, stream: true, stream_options: { include_usage: true } };
    const { items, error } = await openai.call('chat.completions.create', [asked]);
    const chunks = items as readonly Chunk[];

    expect(error).toBeUndefined();
    expect(chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('')).toBe(text);
    expect(chunks.flatMap(({ choices: [choice] }) => choice?.finish_reason ?? [])).toEqual(['stop']);
    expect(chunks.at(-1)?.usage?.prompt_tokens).toBeGreaterThan(0);
  });

  it.each(providers)('collects an answer of %s, and its calls of tools', async (provider) => {
    const plain = await openai.call('chat.completions.create', [{ model: `${provider}:work_${provider}/any`, messages }]);
    const called = await openai.call('chat.completions.create', [{ model: `${provider}/sim-tools`, messages, tools }]);

    expect(plain.value).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: text }, finish_reason: 'stop' }] });
    expect(called.value).toMatchObject({
      choices: [{ finish_reason: 'tool_calls', message: { tool_calls: [{ function: { name: 'get_weather' } }, {}] } }],
    });
  });
});
