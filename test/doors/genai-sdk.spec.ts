import type { SdkOutcome } from '../support/sdk-process.js';
import type { DoorGateway } from './door-gateway.js';
import { plainText, providers, startDoorGateway } from './door-gateway.js';

const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];
const parametersJsonSchema = { type: 'object', properties: { city: { type: 'string' } } };
const tools = [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema }] }];

interface Part {
  readonly text?: string;
  readonly thought?: boolean;
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args?: unknown };
}

interface Content {
  readonly role: string;
  readonly parts: readonly Part[];
}

interface Chunk {
  readonly candidates?: readonly { readonly content?: Content; readonly finishReason?: string }[];
  readonly usageMetadata?: Readonly<Record<string, number>>;
}

const partsOf = (chunks: readonly unknown[]): readonly Part[] =>
  (chunks as readonly Chunk[]).flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
const textOf = (chunks: readonly unknown[]): string =>
  partsOf(chunks)
    .filter(({ thought }) => thought !== true)
    .map(({ text }) => text ?? '')
    .join('');
const finishOf = (chunks: readonly unknown[]): readonly string[] =>
  (chunks as readonly Chunk[]).flatMap(({ candidates }) => candidates?.[0]?.finishReason ?? []);

/** As the simulators sign what they thought. */
const proofs: Readonly<Record<string, string>> = {
  openai: '"encrypted_content":"c2VhbGVk',
  anthropic: '"signature":"c2lnbmVkIGJ5',
  gemini: '"thoughtSignature":"c2lnbmVkIGJ5',
};

describe('the @google/genai SDK', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('genai', '');
  }, 60_000);

  afterAll(() => door.close());

  const call = (path: string, ...args: readonly unknown[]): Promise<SdkOutcome> => door.sdk.call(path, args);
  const generate = (model: string, more: object = {}): Promise<SdkOutcome> => call('models.generateContent', { model, contents, ...more });
  const streamed = async (model: string, more: object = {}): Promise<SdkOutcome & { readonly items: readonly unknown[] }> => {
    const { items = [], ...rest } = await call('models.generateContentStream', { model, contents, ...more });
    return { items, ...rest };
  };
  const lastBody = (provider: string): string => door.gateway.simulators.get(provider)?.requests.at(-1)?.body ?? '';

  it.each(providers)('streams an answer of %s', async (provider) => {
    const { items, error } = await streamed(`${provider}/any`);

    expect(error).toBeUndefined();
    expect(textOf(items)).toBe(plainText);
    expect(finishOf(items)).toEqual(['STOP']);
    expect((items.at(-1) as Chunk).usageMetadata?.['promptTokenCount']).toBeGreaterThan(0);
  });

  it.each(providers)('collects an answer of %s', async (provider) => {
    const { value, error } = await generate(`${provider}:work_${provider}/any`);

    expect(error).toBeUndefined();
    expect(textOf([value])).toBe(plainText);
    expect(finishOf([value])).toEqual(['STOP']);
  });

  it.each(providers)('runs a tool for %s, and gives back all that came with the call', async (provider) => {
    const asked = [`${provider}/sim-tools`, { config: { tools } }] as const;
    // The vendor streams arguments in pieces, and its client takes no pieces back.
    const { items } = provider === 'gemini' ? { items: [(await generate(...asked)).value] } : await streamed(...asked);
    const parts = partsOf(items);
    const calls = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall]));
    const results = calls.map(({ id, name }) => ({
      functionResponse: { ...(id !== undefined && { id }), name, response: { output: 'sunny' } },
    }));
    const turns = [...contents, { role: 'model', parts }, { role: 'user', parts: results }];
    const after = await generate(`${provider}/any`, { contents: turns, config: { tools } });

    expect(calls).toMatchObject([
      { name: 'get_weather', args: { city: 'Zürich' } },
      { name: 'get_time', args: {} },
    ]);
    expect(after.error).toBeUndefined();
    expect(textOf([after.value])).toBe(plainText);
    expect(lastBody(provider)).toContain('sunny');
    expect(lastBody(provider).includes('"thoughtSignature":"c2lnbmVkIGJ5')).toBe(provider === 'gemini');
  });

  it.each(providers)('gets what %s thought, and gives back what proves it', async (provider) => {
    const { items } = await streamed(`${provider}/sim-reasoning`, { config: { thinkingConfig: { includeThoughts: true } } });
    const parts = partsOf(items);
    const after = await generate(`${provider}/any`, { contents: [...contents, { role: 'model', parts }, ...contents] });

    expect(parts.flatMap(({ thought, text }) => (thought === true ? [text] : [])).join('')).toContain('easy');
    expect(textOf(items)).toBe(plainText);
    expect(after.error).toBeUndefined();
    expect(lastBody(provider)).toContain(proofs[provider]);
  });

  it('passes what it does not know on to the vendor as it came, and names the model as the vendor does', async () => {
    const { error } = await generate('gemini/sim-text', { config: { httpOptions: { extraBody: { fieldToCome: { deep: [1] } } } } });
    const request = door.gateway.simulators.get('gemini')?.requests.at(-1);

    expect(error).toBeUndefined();
    expect(request?.path).toBe('/v1beta/models/sim-text:generateContent');
    expect(request?.body).toContain('"fieldToCome":{"deep":[1]}');
  });

  it('sends the vendor what the client said, byte by byte', async () => {
    const text = '{ "contents" :[{"role":"user","parts":[{"text":"H\\u0065llo"}]}],\n\t"unknown":[1.0] }';
    await door.gateway.call('POST', '/v1beta/models/sim-text:streamGenerateContent?alt=sse&x=%41', { text });
    const request = door.gateway.simulators.get('gemini')?.requests.at(-1);

    expect(request?.body).toBe(text);
    expect(request?.path).toBe('/v1beta/models/sim-text:streamGenerateContent?alt=sse&x=%41');
  });

  it.each([
    ['/v1beta/gemini/x:generateContent', '/v1beta/models/x:generateContent'],
    ['/v1beta/tunedModels/x:generateContent', '/v1beta/tunedModels/x:generateContent'],
    ['/v1beta/models/gemini/tunedModels/x:generateContent', '/v1beta/tunedModels/x:generateContent'],
  ])('takes %s to be %s', async (path, asked) => {
    await door.gateway.call('POST', path, { body: { contents } });

    expect(door.gateway.simulators.get('gemini')?.requests.at(-1)?.path).toBe(asked);
  });

  it('counts tokens where the provider does so in this wire', async () => {
    const counted = await call('models.countTokens', { model: 'gemini-x', contents });
    const refused = await call('models.countTokens', { model: 'openai/any', contents });

    expect(counted.value).toMatchObject({ totalTokens: 21 });
    expect(refused.error).toMatchObject({ name: 'ApiError', status: 400 });
  });

  it('names the model that is counted for in both places', async () => {
    const model = 'models/gemini/gemini-x';
    const body = { generateContentRequest: { model, contents } };
    const { json } = await door.gateway.call('POST', `/v1beta/${model}:countTokens`, { body });

    expect(json).toEqual({ totalTokens: 21 });
    expect(JSON.parse(lastBody('gemini'))).toEqual({ generateContentRequest: { model: 'models/gemini-x', contents } });
  });

  describe('at models', () => {
    it('lists the models of all providers by names that work, page by page', async () => {
      const { items = [], error } = await call('models.list', { config: { pageSize: 3 } });
      const names = (items as readonly { readonly name: string }[]).map(({ name }) => name);

      expect(error).toBeUndefined();
      expect(names).toEqual([...new Set(names)].sort());
      for (const provider of providers) expect(names.filter((name) => name.startsWith(`models/${provider}/`)).length).toBeGreaterThan(2);
      expect(items).toContainEqual(
        expect.objectContaining({
          name: 'models/gemini/gemini-sim-large',
          displayName: 'Gemini Sim Large',
          inputTokenLimit: 1_048_576,
          outputTokenLimit: 65_536,
          supportedActions: ['generateContent'],
        }),
      );
    });

    it('finds one model by each of its names', async () => {
      const bare = await call('models.get', { model: 'gemini-sim-large' });
      const named = await call('models.get', { model: 'models/openai:work_openai/gpt-sim-large' });
      const missing = await call('models.get', { model: 'openai/nothing' });

      expect(bare.value).toMatchObject({ name: 'models/gemini-sim-large' });
      expect(named.value).toMatchObject({ name: 'models/openai:work_openai/gpt-sim-large' });
      expect(missing.error).toMatchObject({ name: 'ApiError', status: 404 });
    });

    it('reaches every other path and method of the vendor through the session', async () => {
      const files = await call('files.list');
      const embedded = await call('models.embedContent', { model: 'gemini-sim-embedding', contents: 'Hello' });

      expect(files.error).toMatchObject({ name: 'ApiError', status: 404 });
      expect(embedded.error).toMatchObject({ name: 'ApiError', status: 404 });
      expect(door.gateway.simulators.get('gemini')?.requests.at(-1)?.path).toContain('/v1beta/models/gemini-sim-embedding:');
    });
  });

  describe('without alt=sse', () => {
    const body = { contents };
    const path = (model: string): string => `/gemini/v1beta/models/${model}:streamGenerateContent?key=${door.gateway.adminKey}`;

    it.each(providers)('an answer of %s is one array of JSON', async (provider) => {
      const { text, headers } = await door.gateway.call('POST', path(`${provider}/any`), { body, key: null });

      expect(headers.get('content-type')).toContain('application/json');
      expect(textOf(JSON.parse(text) as readonly unknown[])).toBe(plainText);
    });

    it('an answer that broke off ends with what went wrong', async () => {
      const { text } = await door.gateway.call('POST', path('openai/sim-cut'), { body, key: null });
      const items = JSON.parse(text) as readonly { readonly error?: object }[];

      expect(items.length).toBeGreaterThan(1);
      expect(items.at(-1)?.error).toMatchObject({ status: 'INTERNAL' });
    });

    it('the key in the address is in no log, and goes to no vendor', async () => {
      await door.gateway.call('POST', path('gemini/any'), { body, key: null });

      expect(door.gateway.log()).not.toContain(door.gateway.adminKey);
      expect(door.gateway.simulators.get('gemini')?.requests.at(-1)?.path).not.toContain('key=');
    });
  });
});
