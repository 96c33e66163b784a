import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { CredentialExtra } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { httpClient } from '../../kit/http-client.js';
import { checkProvider } from '../../testing/check-provider.js';
import { BedrockApiKey } from './bedrock.api-key.js';
import { asBedrock } from './bedrock.client.js';
import { converseOver } from './bedrock.converse.js';
import { BedrockModels } from './bedrock.models.js';
import { bedrock } from './bedrock.module.js';
import { bedrockSdk } from './bedrock.sdk.js';
import { signatureHeaders } from './bedrock.signature.js';
import { BedrockStreaming } from './bedrock.streaming.js';
import { bedrockSimulator } from './testing/bedrock.simulator.js';

const http = httpClient();
const { signal } = new AbortController();
const streaming = new BedrockStreaming();
const plainText = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';
const accessKeys = 'AKIASIMULATED000000:simulated/secret+key';

let simulator: RunningSimulator;

const settingsWith = (values: Readonly<Record<string, string>> = {}): ProviderSettings => {
  const known: Readonly<Record<string, string>> = { baseUrl: simulator.baseUrl, ...values };
  return { text: (name) => known[name], secret: () => undefined };
};
const keys = (values?: Readonly<Record<string, string>>): BedrockApiKey => new BedrockApiKey(settingsWith(values), http);
const clientWith = (key = bedrockSimulator.apiKey, extra: CredentialExtra = {}): ProviderClient =>
  keys().createClient({ authType: 'api_key', apiKey: Secret.of(key), extra }, {});

interface Heard {
  readonly events: readonly StreamEvent[];
  readonly error?: MaestroError;
}

async function heard(client: ProviderClient, options: Partial<StreamOptions> = {}, messages?: readonly ChatMessage[]): Promise<Heard> {
  const events: StreamEvent[] = [];
  const asked = { signal, model: 'sim.large-v1:0', ...options };
  try {
    const stream = await streaming.streamChat(client, messages ?? [{ role: 'user', content: 'Hello' }], asked);
    for await (const event of stream) events.push(event);
    return { events };
  } catch (error) {
    return { events, error: MaestroError.from(error) };
  }
}

const textOf = ({ events }: Heard): string => events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
const last = () => simulator.requests.at(-1);
const body = (): unknown => JSON.parse(last()?.body ?? 'null');

beforeAll(async () => {
  simulator = await bedrockSimulator.start({ apiKey: bedrockSimulator.apiKey });
});
afterAll(async () => {
  await simulator.close();
  await http.close();
});

describe('Amazon Bedrock', () => {
  it('is declared without a fault', () => {
    expect(checkProvider(bedrock)).toEqual([]);
  });

  it('says what to install where the vendor’s package is not there', async () => {
    const missing = (): Promise<never> => bedrockSdk(() => Promise.reject(new Error('Cannot find package'))).then(() => never());
    const client = asBedrock(clientWith());
    const over = converseOver(client, { modelId: 'm', messages: [] }, missing);
    await expect(over.request({ method: 'POST', url: 'http://x/', headers: {}, signal })).rejects.toThrow(
      'npm install @aws-sdk/client-bedrock-runtime',
    );
  });
  function never(): never {
    throw new Error('it was there');
  }
});

describe('a session', () => {
  it('with a key of the vendor’s kind goes as a bearer', async () => {
    expect(textOf(await heard(clientWith()))).toBe(plainText);
    expect(last()).toMatchObject({
      path: '/model/sim.large-v1%3A0/converse-stream',
      headers: { authorization: `Bearer ${bedrockSimulator.apiKey}`, 'user-agent': expect.stringContaining('maestro') },
    });
  });

  it('with access keys signs each request, in its region, whatever the process’s environment says', async () => {
    const before = process.env['AWS_BEARER_TOKEN_BEDROCK'];
    process.env['AWS_BEARER_TOKEN_BEDROCK'] = 'of-the-machine';
    const answer = await heard(clientWith(`${accessKeys}:session+token==`, { region: 'eu-central-1' }));
    if (before === undefined) Reflect.deleteProperty(process.env, 'AWS_BEARER_TOKEN_BEDROCK');
    expect(answer.error).toBeUndefined();
    expect(textOf(answer)).toBe(plainText);
    expect(last()?.headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIASIMULATED000000\/\d{8}\/eu-central-1\/bedrock\//);
    expect(last()?.headers['x-amz-security-token']).toBe('session+token==');
  });

  it('uses the machine’s credentials only where its operator lets it', () => {
    expect(() => clientWith('default-chain')).toThrow('BEDROCK_DEFAULT_CHAIN');
    const allowed = keys({ defaultChain: 'true' });
    expect(allowed.validateApiKey(Secret.of('default-chain'))).toEqual({});
    const client = allowed.createClient({ authType: 'api_key', apiKey: Secret.of('default-chain'), extra: {} }, {});
    expect(asBedrock(client).identity).toEqual({ kind: 'machine' });
  });

  it('has keys of the right form', () => {
    expect(keys().validateApiKey(Secret.of(`${accessKeys}:${'t'.repeat(2000)}`))).toEqual({});
    expect(keys().validateApiKey(Secret.of('bedrock-api-key-x'))).toEqual({});
    expect(() => keys().validateApiKey(Secret.of('AKIASIMULATED000000'))).toThrow('behind a colon');
  });

  it('is where its region is', () => {
    const nowhere = new BedrockApiKey({ text: () => undefined, secret: () => undefined }, http);
    const at = (extra: CredentialExtra): unknown => {
      const { baseUrl, controlUrl } = asBedrock(nowhere.createClient({ authType: 'api_key', apiKey: Secret.of('k'), extra }, {}));
      return [baseUrl, controlUrl];
    };
    expect(at({})).toEqual(['https://bedrock-runtime.us-east-1.amazonaws.com', 'https://bedrock.us-east-1.amazonaws.com']);
    expect(at({ region: 'cn-north-1' })).toEqual([
      'https://bedrock-runtime.cn-north-1.amazonaws.com.cn',
      'https://bedrock.cn-north-1.amazonaws.com.cn',
    ]);
    expect(() => at({ region: 'evil.example/' })).toThrow('region must be');
  });

  it('is tested by the list of models, signed or with a bearer’s key', async () => {
    expect(await keys().testConnection(clientWith(), { signal })).toMatchObject({ keyAccepted: true });
    expect(await keys().testConnection(clientWith(accessKeys), { signal })).toMatchObject({ keyAccepted: true });
    await expect(keys().testConnection(clientWith('wrong'), { signal })).rejects.toMatchObject({ code: 'session.credential-rejected' });
  });
});

it('signs as the vendor’s own example is signed', () => {
  const example = {
    kind: 'access-keys',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: Secret.of('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
  } as const;
  const now = new Date('2015-08-30T12:36:00Z');
  const headers = signatureHeaders(example, { url: 'https://example.amazonaws.com/', region: 'us-east-1', service: 'service', now });
  expect(headers['authorization']).toContain('Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31');
});

describe('a chat', () => {
  it('streams text and usage, the cache counted in', async () => {
    const { events } = await heard(clientWith());
    expect(events[0]).toEqual({ type: 'message-start', model: 'sim.large-v1:0' });
    expect(events.at(-1)).toMatchObject({
      type: 'message-end',
      reason: 'stop',
      providerReason: 'end_turn',
      usage: { input: 21, cacheRead: 16 },
    });
  });

  it('streams thoughts, signed, and calls', async () => {
    const thoughts = (await heard(clientWith(), { model: 'sim-reasoning' })).events.filter(({ type }) => type === 'reasoning-delta');
    expect(thoughts.at(-1)).toMatchObject({ part: 0, signature: 'c2lnbmVk' });
    const { events } = await heard(clientWith(), { model: 'sim-tools' });
    const json = events.flatMap((event) =>
      event.type === 'tool-call-delta' && event.callId === 'tooluse_simulated_0' ? [event.json] : [],
    );
    expect(JSON.parse(json.join(''))).toEqual({ city: 'Zürich' });
    expect(events.filter(({ type }) => type === 'tool-call-end')).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' });
  });

  it.each([
    ['sim-refusal', 'content-filter'],
    ['sim-length', 'length'],
  ])('of %s ends with %s', async (model, reason) => {
    expect((await heard(clientWith(), { model })).events.at(-1)).toMatchObject({ type: 'message-end', reason });
  });

  it('goes on behind an event that nobody knows', async () => {
    const answer = await heard(clientWith(), { model: 'sim-unknown-event' });
    expect(answer.error).toBeUndefined();
    expect(textOf(answer)).toBe(plainText);
  });

  it.each([
    ['sim-rate-limited', { code: 'upstream.rate-limited', retryAfterMs: 7000, upstream: { status: 429, requestId: 'req_simulated' } }],
    ['sim-overloaded', { code: 'upstream.overloaded' }],
    ['sim-bad-request', { code: 'upstream.invalid-request' }],
    ['sim-unauthorized', { code: 'session.credential-rejected' }],
    ['sim-not-found', { code: 'upstream.not-found' }],
  ])('of %s fails before it begins', async (model, failure) => {
    const { events, error } = await heard(clientWith(), { model });
    expect(error).toMatchObject(failure);
    expect(events).toEqual([]);
  });

  it.each([
    ['sim-error-midstream', 'upstream.overloaded'],
    ['sim-truncated', 'upstream.truncated'],
    ['sim-cut', 'upstream.disconnected'],
  ])('of %s fails with %s behind what was said', async (model, code) => {
    const answer = await heard(clientWith(), { model });
    expect(answer.error?.code).toBe(code);
    expect(textOf(answer)).not.toBe('');
  });

  it('ends its request when it is cancelled, and when its reader leaves', async () => {
    const abort = new AbortController();
    const options = { model: 'sim-slow', signal: abort.signal };
    const read = async (leave: () => boolean): Promise<void> => {
      for await (const _event of await streaming.streamChat(clientWith(), [{ role: 'user', content: 'Hi' }], options)) if (leave()) return;
    };
    await read(() => true);
    while (last()?.isAborted === false) await new Promise((resolve) => setImmediate(resolve));
    await expect(
      read(() => {
        abort.abort();
        return false;
      }),
    ).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('says everything that the wire can say, and names what it cannot', async () => {
    const png = Buffer.from('picture').toString('base64');
    const messages: readonly ChatMessage[] = [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: [{ type: 'text', text: 'See', providerOptions: { bedrock: { cachePoint: { type: 'default' } } } }] },
      {
        role: 'user',
        content: [
          { type: 'image', data: png, mediaType: 'image/png' },
          { type: 'file', data: png, mediaType: 'application/pdf', filename: 'a.b.pdf' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm', signature: 's' },
          { type: 'reasoning', encrypted: png },
          { type: 'tool-call', callId: 'call.1', name: 'look', arguments: { at: 1 } },
        ],
      },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'call.1', result: 'nothing', isError: true }] },
    ];
    const { events } = await heard(
      clientWith(),
      {
        tools: [{ name: 'look', description: 'Looks', parameters: { properties: {} } }],
        options: { maxTokens: 9, temperature: 0.5, topP: 1, stop: ['x'], toolChoice: 'required', seed: 1, metadata: { team: 'a' } },
        providerOptions: { bedrock: { additionalModelRequestFields: { top_k: 5 }, modelId: 'other' } },
      },
      messages,
    );
    expect(events[0]).toMatchObject({ untranslated: ['options.seed', 'providerOptions.modelId'] });
    expect(body()).toEqual({
      system: [{ text: 'Be short.' }],
      messages: [
        {
          role: 'user',
          content: [
            { text: 'See' },
            { cachePoint: { type: 'default' } },
            { image: { format: 'png', source: { bytes: png } } },
            { document: { format: 'pdf', name: 'a-b-pdf', source: { bytes: png } } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm', signature: 's' } } },
            { reasoningContent: { redactedContent: png } },
            { toolUse: { toolUseId: 'call_1', name: 'look', input: { at: 1 } } },
          ],
        },
        { role: 'user', content: [{ toolResult: { toolUseId: 'call_1', content: [{ text: 'nothing' }], status: 'error' } }] },
      ],
      inferenceConfig: { maxTokens: 9, temperature: 0.5, topP: 1, stopSequences: ['x'] },
      toolConfig: {
        tools: [{ toolSpec: { name: 'look', description: 'Looks', inputSchema: { json: { type: 'object', properties: {} } } } }],
        toolChoice: { any: {} },
      },
      requestMetadata: { team: 'a' },
      additionalModelRequestFields: { top_k: 5 },
    });
  });

  it('is refused for a picture that is only pointed at', async () => {
    const messages: readonly ChatMessage[] = [{ role: 'user', content: [{ type: 'image', url: 'https://a.example/b.png' }] }];
    expect((await heard(clientWith(), {}, messages)).error?.code).toBe('request.invalid');
  });

  it('passes nothing on as it came', async () => {
    const request = { dialect: 'bedrock-converse', operation: 'chat', method: 'POST', path: '/x', headers: {}, signal } as const;
    await expect(streaming.forward(clientWith(), request)).rejects.toMatchObject({ code: 'operation.unsupported' });
  });

  it('is read event by event', () => {
    const first = streaming.parseStreamEvent(
      { event: 'contentBlockDelta', data: '{"contentBlockIndex":0,"delta":{"text":"a"}}' },
      undefined,
    );
    expect(first.events).toEqual([
      { type: 'message-start', model: '' },
      { type: 'text-delta', part: 0, text: 'a' },
    ]);
    expect(streaming.parseStreamEvent({ event: 'contentBlockStop', data: '{"contentBlockIndex":0}' }, first.state).events).toEqual([]);
  });
});

describe('models', () => {
  const models = new BedrockModels();

  it('are listed for a region, and found by id, or are not there', async () => {
    const listed = await models.listModels(clientWith(), { signal });
    expect(listed.map(({ id, name, capabilities }) => [id, name, capabilities])).toEqual([
      ['sim.large-v1:0', 'Sim Large', ['vision']],
      ['sim.small-v1:0', 'Sim Small', []],
      ['sim.silent-v1:0', 'sim.silent-v1:0', []],
    ]);
    expect(await models.getModelInfo(clientWith(accessKeys), 'sim.small-v1:0', { signal })).toMatchObject({ ownedBy: 'Sim' });
    await expect(models.getModelInfo(clientWith(), 'gone', { signal })).rejects.toMatchObject({ code: 'model.not-found' });
  });
});
