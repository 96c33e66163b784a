import type { DoorGateway } from './door-gateway.js';
import { plainText, providers, startDoorGateway } from './door-gateway.js';

const aiSdks = ['ai-openai-chat', 'ai-openai-responses', 'ai-anthropic', 'ai-google'];
const langChains = ['langchain-openai', 'langchain-anthropic'];

const crossed = (frameworks: readonly string[]) => frameworks.flatMap((name) => providers.map((provider) => [name, provider] as const));

describe('frameworks at the doors', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('frameworks', '');
  }, 60_000);

  afterAll(() => door.close());

  const asked = (name: string, method: string, model: string) => door.sdk.call(`${name}.${method}`, [model]);

  it.each(crossed(aiSdks))('let %s talk to %s', async (framework, provider) => {
    const whole = await asked(framework, 'generate', `${provider}/any`);
    const called = await asked(framework, 'callTools', `${provider}/sim-tools`);
    const streamed = await asked(framework, 'stream', `${provider}/sim-reasoning`);
    const parts = streamed.items as readonly { readonly type: string; readonly text?: string }[];

    expect(whole.value).toMatchObject({ text: plainText, finishReason: 'stop', usage: { inputTokens: expect.any(Number) } });
    expect(called.value).toMatchObject({ finishReason: 'tool-calls', toolCalls: [{ toolName: 'get_weather' }, { toolName: 'get_time' }] });
    expect(parts.map(({ type, text }) => (type === 'text-delta' ? text : '')).join('')).toBe(plainText);
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' });
    // At Chat Completions this client reads no thoughts.
    if (framework !== 'ai-openai-chat') expect(parts.some(({ type }) => type === 'reasoning-delta')).toBe(true);
  });

  it.each(crossed(aiSdks))('let %s see a failure of %s', async (framework, provider) => {
    const { error } = await asked(framework, 'generate', `${provider}/sim-bad-request`);
    const { items } = await asked(framework, 'stream', `${provider}/sim-truncated`);

    expect(error).toMatchObject({ name: 'APICallError' });
    expect(items?.some((part) => (part as { readonly type: string }).type === 'error')).toBe(true);
  });

  it.each(crossed(langChains))('let %s talk to %s', async (framework, provider) => {
    const whole = await asked(framework, 'generate', `${provider}/any`);
    const called = await asked(framework, 'callTools', `${provider}/sim-tools`);
    const streamed = await asked(framework, 'stream', `${provider}/any`);
    const refused = await asked(framework, 'generate', `${provider}/sim-not-found`);

    expect(whole.value).toMatchObject({ content: plainText });
    expect(called.value).toMatchObject({ toolCalls: [{ name: 'get_weather' }, { name: 'get_time' }] });
    expect((streamed.items ?? []).map(textOf).join('')).toBe(plainText);
    expect(refused.error).toMatchObject({ status: 404 });
  });
});

/** A piece of LangChain's: a text, or parts of which some are. */
function textOf(piece: unknown): string {
  const { content } = (piece as { readonly kwargs: { readonly content: string | readonly { readonly text?: string }[] } }).kwargs;
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');
}
