import type { SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import type { DoorGateway } from './door-gateway.js';
import { plainText, providers, startDoorGateway } from './door-gateway.js';

/** The client, and the path of its door. */
const aiClients = [
  ['ai-anthropic', '/v1'],
  ['ai-google', '/v1beta'],
] as const;

describe('frameworks at the Anthropic and the Gemini door', () => {
  let door: DoorGateway;
  const clients = new Map<string, SdkProcess>();

  beforeAll(async () => {
    door = await startDoorGateway('langchain-anthropic', '');
    clients.set('langchain-anthropic', door.sdk);
    for (const [kind, path] of aiClients) clients.set(kind, startSdk(kind, `${door.gateway.gateway.url}${path}`, door.gateway.adminKey));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([...clients.values()].filter((client) => client !== door.sdk).map((client) => client.close()));
    await door.close();
  });

  const call = async (kind: string, method: string, model: string) => {
    const client = clients.get(kind);
    if (client === undefined) throw new Error(kind);
    return client.call(method, [model]);
  };

  const cases = aiClients.flatMap(([kind]) => providers.map((provider) => [kind, provider] as const));

  it.each(cases)('let %s talk to %s', async (kind, provider) => {
    const whole = await call(kind, 'generate', `${provider}/any`);
    const called = await call(kind, 'callTools', `${provider}/sim-tools`);
    const streamed = await call(kind, 'stream', `${provider}/sim-reasoning`);
    const parts = streamed.items as readonly { readonly type: string; readonly text?: string }[];

    expect(whole.value).toMatchObject({ text: plainText, finishReason: 'stop', usage: { inputTokens: expect.any(Number) } });
    expect(called.value).toMatchObject({ finishReason: 'tool-calls', toolCalls: [{ toolName: 'get_weather' }, { toolName: 'get_time' }] });
    expect(parts.map(({ type, text }) => (type === 'text-delta' ? text : '')).join('')).toBe(plainText);
    expect(parts.some(({ type }) => type === 'reasoning-delta')).toBe(true);
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' });
  });

  it.each(cases)('let %s see a failure of %s', async (kind, provider) => {
    const { error } = await call(kind, 'generate', `${provider}/sim-bad-request`);
    const { items = [] } = await call(kind, 'stream', `${provider}/sim-truncated`);
    const types = items.map((part) => (part as { readonly type: string }).type);

    expect(error).toMatchObject({ name: 'APICallError' });
    expect(types.includes('error')).toBe(true);
  });

  it.each(providers)('let LangChain talk to %s', async (provider) => {
    const whole = await call('langchain-anthropic', 'generate', `${provider}/any`);
    const called = await call('langchain-anthropic', 'callTools', `${provider}/sim-tools`);
    const streamed = await call('langchain-anthropic', 'stream', `${provider}/any`);
    const refused = await call('langchain-anthropic', 'generate', `${provider}/sim-not-found`);
    const pieces = streamed.items as readonly { readonly kwargs: { readonly content: string } }[];

    expect(whole.value).toMatchObject({ content: plainText });
    expect(called.value).toMatchObject({ toolCalls: [{ name: 'get_weather' }, { name: 'get_time' }] });
    expect(pieces.map(({ kwargs }) => kwargs.content).join('')).toBe(plainText);
    expect(refused.error).toMatchObject({ status: 404 });
  });
});
