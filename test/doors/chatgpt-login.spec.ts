import { tokensAt } from '../support/simulated-tokens.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { plainText } from './door-gateway.js';

const model = 'openai:by_login/gpt-5.5';

describe('a client of a door whose session is a ChatGPT login', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway();
    const { origin } = new URL(gateway.simulators.get('openai')?.baseUrl ?? '');
    const { access_token: accessToken, refresh_token: refreshToken, id_token: idToken } = await tokensAt(origin);
    const credentials = { accessToken, refreshToken, idToken };
    const body = { provider: 'openai', authType: 'oauth', name: 'by_login', credentials, baseUrl: `${origin}/backend-api/codex` };
    const { status, text } = await gateway.call('POST', '/api/sessions', { body });
    if (status !== 201) throw new Error(text);
  }, 60_000);

  afterAll(() => gateway.close());

  const sentTo = (): string | undefined => gateway.simulators.get('openai')?.requests.at(-1)?.path;

  it('is served in Chat Completions, which that backend does not speak', async () => {
    const messages = [{ role: 'user', content: 'Hello' }];
    const whole = await gateway.call('POST', '/v1/chat/completions', { body: { model, messages, max_tokens: 9 } });
    const streamed = await gateway.call('POST', '/v1/chat/completions', { body: { model, messages, stream: true } });

    expect(whole.json).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: plainText } }] });
    expect(streamed.text).toContain('"finish_reason":"stop"');
    expect(sentTo()).toBe('/backend-api/codex/responses');
  });

  it('is served in Responses, whole and streamed', async () => {
    const whole = await gateway.call('POST', '/v1/responses', { body: { model, input: 'Hello' } });
    const streamed = await gateway.call('POST', '/v1/responses', { body: { model, input: 'Hello', stream: true } });

    expect(whole.json).toMatchObject({ object: 'response', status: 'completed' });
    expect(whole.text).toContain(plainText);
    expect(streamed.text).toContain('event: response.completed');
  });

  it('is told what that backend has not', async () => {
    const { status, text } = await gateway.call('POST', '/v1/embeddings', { body: { model, input: 'Hello' } });

    expect(status).toBe(400);
    expect(text).toContain('with a ChatGPT login');
  });
});
