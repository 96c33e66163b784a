import type { ProviderDefinition } from '../contracts/define-provider.js';
import type { ProviderClient, ProviderSettings } from '../contracts/provider-client.js';
import { Secret } from '../contracts/secret.js';
import type { SimulatedRequest } from '../contracts/simulator.js';
import type { ApiKeyBehaviour } from '../contracts/behaviours/api-key.behaviour.js';
import type { StreamingBehaviour } from '../contracts/behaviours/streaming.behaviour.js';
import { httpClient } from '../kit/http-client.js';
import { readText } from '../kit/read-body.js';
import type { SimulatedAnswer } from '../kit/simulator-server.js';
import { startSimulatorServer } from '../kit/simulator-server.js';
import { checkProvider } from '../testing/check-provider.js';
import { chatAnswer as messagesAnswer } from './anthropic-messages/testing/simulated-chat.js';
import { declaredProviders } from './declared-vendors.js';
import { chatAnswer as contentAnswer } from './gemini-generate-content/testing/simulated-chat.js';

const { signal } = new AbortController();
const http = httpClient();
const settings: ProviderSettings = { text: () => undefined, secret: () => undefined };
const plainText = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';

afterAll(() => http.close());

function declared(baseUrl: string, dialect: string, differences: object): ProviderDefinition {
  const { definitions, problems } = declaredProviders(JSON.stringify([{ id: 'acme', displayName: 'Acme', baseUrl, dialect, differences }]));
  expect(problems).toEqual([]);
  const [definition] = definitions;
  if (definition === undefined) throw new Error('nothing was declared');
  return definition;
}

/** As Nest would make them; what they are given is known here. */
function made({ manifest }: ProviderDefinition): {
  readonly client: ProviderClient;
  readonly keys: ApiKeyBehaviour;
  readonly streaming: StreamingBehaviour;
} {
  const KeyClass = manifest.behaviours['api-key'] as new (settings: ProviderSettings, client: typeof http) => ApiKeyBehaviour;
  const StreamClass = manifest.behaviours.streaming as new () => StreamingBehaviour;
  const keys = new KeyClass(settings, http);
  const client = keys.createClient({ authType: 'api_key', apiKey: Secret.of('acme-key'), extra: {} }, {});
  return { client, keys, streaming: new StreamClass() };
}

describe.each([
  {
    dialect: 'anthropic-messages',
    path: '/v1/messages',
    differences: { keyHeader: 'authorization', headers: { 'x-team': 'blue' }, defaultMaxTokens: 99, operations: ['count-tokens'] },
    answer: (): SimulatedAnswer => messagesAnswer({ model: 'sim-text', isStreamed: true, prompt: '' }),
    sent: { authorization: 'Bearer acme-key', 'x-team': 'blue', 'anthropic-version': '2023-06-01' },
    asked: { model: 'acme-1', max_tokens: 99 },
  },
  {
    dialect: 'anthropic-messages',
    path: '/v1/messages',
    differences: { thinking: 'adaptive' },
    answer: (): SimulatedAnswer => messagesAnswer({ model: 'sim-text', isStreamed: true, prompt: '' }),
    sent: { 'x-api-key': 'acme-key' },
    asked: { max_tokens: 8192, thinking: { type: 'adaptive' } },
  },
  {
    dialect: 'gemini-generate-content',
    path: '/v1beta/models/acme-1:streamGenerateContent?alt=sse',
    differences: { keyHeader: 'authorization' },
    answer: (): SimulatedAnswer => contentAnswer({ model: 'sim-text', isStreamed: true, isEventStream: true, prompt: '' }),
    sent: { authorization: 'Bearer acme-key' },
    asked: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  },
])('a vendor of $dialect that a file declares with $differences', ({ dialect, path, differences, answer, sent, asked }) => {
  it('is a provider without a fault, which chats, passes requests on and tests its keys', async () => {
    const requests: SimulatedRequest[] = [];
    const server = await startSimulatorServer((request) => {
      requests.push(request);
      return request.method === 'GET' ? { status: 200, body: '{"data":[],"models":[]}' } : answer();
    });
    const definition = declared(`${server.baseUrl}/shaped/`, dialect, differences);
    expect(checkProvider(definition)).toEqual([]);
    const { client, keys, streaming } = made(definition);

    let text = '';
    const options = { model: 'acme-1', signal, options: { reasoning: { effort: 'low' } } } as const;
    for await (const event of await streaming.streamChat(client, [{ role: 'user', content: 'Hello' }], options)) {
      if (event.type === 'text-delta') text += event.text;
    }
    expect(text).toBe(plainText);
    expect(requests.at(-1)).toMatchObject({ path: `/shaped${path}`, headers: sent });
    expect(JSON.parse(requests.at(-1)?.body ?? '')).toMatchObject(asked);

    const wire = { dialect, operation: 'chat', method: 'POST', path, headers: {}, body: Buffer.from('{}'), signal } as const;
    expect(await readText((await streaming.forward(client, wire)).body, 100)).not.toBe('');
    await expect(streaming.forward(client, { ...wire, operation: 'embeddings' })).rejects.toMatchObject({ code: 'operation.unsupported' });
    expect(await keys.testConnection(client, { signal })).toMatchObject({ keyAccepted: true });
    await server.close();
  });
});

it.each([
  ['anthropic-messages', { defaultMaxTokens: 0 }, 'differences.defaultMaxTokens must be a whole number above 0'],
  ['anthropic-messages', { keyHeader: 'cookie' }, 'differences.keyHeader must be one of x-api-key, authorization'],
  ['gemini-generate-content', { thinking: 'budget' }, 'has no difference "thinking"; there is keyHeader, operations'],
])('a vendor of %s is refused for %j', (dialect, differences, problem) => {
  const row = { id: 'acme', displayName: 'Acme', baseUrl: 'https://acme.example', dialect, differences };
  expect(declaredProviders(JSON.stringify([row])).problems).toEqual([`entry 1 (acme) ${problem}`]);
});
