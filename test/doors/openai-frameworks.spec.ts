import type { SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import type { DoorGateway } from './door-gateway.js';
import { plainText, providers, startDoorGateway } from './door-gateway.js';

describe('frameworks at the OpenAI door', () => {
  let door: DoorGateway;
  let ai: SdkProcess;
  let langChain: SdkProcess;

  beforeAll(async () => {
    door = await startDoorGateway('ai-openai', '/v1');
    ai = door.sdk;
    langChain = startSdk('langchain-openai', `${door.gateway.gateway.url}/openai/v1`, door.gateway.adminKey);
  }, 60_000);

  afterAll(async () => {
    await langChain.close();
    await door.close();
  });

  const cases = providers.flatMap((provider) => ['chat', 'responses'].map((api) => [provider, api] as const));

  it.each(cases)('let the AI SDK talk to %s by its %s model', async (provider, api) => {
    const whole = await ai.call('generate', [`${provider}/any`, api]);
    const called = await ai.call('callTools', [`${provider}/sim-tools`, api]);
    const streamed = await ai.call('stream', [`${provider}/sim-reasoning`, api]);
    const parts = streamed.items as readonly { readonly type: string; readonly text?: string }[];

    expect(whole.value).toMatchObject({ text: plainText, finishReason: 'stop', usage: { inputTokens: expect.any(Number) } });
    expect(called.value).toMatchObject({ finishReason: 'tool-calls', toolCalls: [{ toolName: 'get_weather' }, { toolName: 'get_time' }] });
    expect(parts.map(({ type, text }) => (type === 'text-delta' ? text : '')).join('')).toBe(plainText);
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' });
    // Chat Completions of the vendor tells nothing of thoughts, and this client reads none there.
    if (api === 'responses') expect(parts.some(({ type }) => type === 'reasoning-delta')).toBe(true);
  });

  it.each(cases)('let the AI SDK see a failure of %s by its %s model', async (provider, api) => {
    const { error } = await ai.call('generate', [`${provider}/sim-bad-request`, api]);
    const { items } = await ai.call('stream', [`${provider}/sim-truncated`, api]);

    expect(error).toMatchObject({ name: 'APICallError' });
    expect(items?.some((part) => (part as { readonly type: string }).type === 'error')).toBe(true);
  });

  it.each(providers)('let LangChain talk to %s', async (provider) => {
    const whole = await langChain.call('generate', [`${provider}/any`]);
    const called = await langChain.call('callTools', [`${provider}/sim-tools`]);
    const streamed = await langChain.call('stream', [`${provider}/any`]);
    const refused = await langChain.call('generate', [`${provider}/sim-not-found`]);
    const pieces = streamed.items as readonly { readonly kwargs: { readonly content: string } }[];

    expect(whole.value).toMatchObject({ content: plainText });
    expect(called.value).toMatchObject({ toolCalls: [{ name: 'get_weather' }, { name: 'get_time' }] });
    expect(pieces.map(({ kwargs }) => kwargs.content).join('')).toBe(plainText);
    expect(refused.error).toMatchObject({ status: 404 });
  });
});
