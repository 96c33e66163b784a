import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ModelsBehaviour } from '../../src/contracts/behaviours/models.behaviour.js';
import type { Model } from '../../src/contracts/model.js';
import type { ProviderClient } from '../../src/contracts/provider-client.js';
import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { httpClient } from '../../src/kit/http-client.js';
import { startSimulatorServer } from '../../src/kit/simulator-server.js';
import { AnthropicModels } from '../../src/providers/anthropic/anthropic.models.js';
import { OpenAiModels } from '../../src/providers/openai/openai.models.js';
import { describeRecordings } from './cases.js';

const folder = join(process.cwd(), '../shared/recordings/models');
const readers: Readonly<Record<string, ModelsBehaviour>> = { anthropic: new AnthropicModels(), openai: new OpenAiModels() };

const lists = Object.keys(readers).flatMap((provider) => {
  const files = existsSync(join(folder, provider)) ? readdirSync(join(folder, provider)) : [];
  return files.map((file) => ({ provider, file, body: readFileSync(join(folder, provider, file), 'utf8') }));
});

describeRecordings('recorded lists of models', () => {
  const http = httpClient();
  let server: RunningSimulator | undefined;
  afterEach(() => server?.close());
  afterAll(() => http.close());

  async function read(provider: string, body: string): Promise<readonly Model[]> {
    server = await startSimulatorServer(() => ({ status: 200, body }));
    const settings = { text: () => undefined, secret: () => undefined };
    const client: ProviderClient = { baseUrl: server.baseUrl, authorise: () => undefined, http, settings };
    const { signal } = new AbortController();
    return (await readers[provider]?.listModels(client, { signal })) ?? [];
  }

  it('are there', () => {
    expect(lists.map(({ provider }) => provider)).toEqual(expect.arrayContaining(Object.keys(readers)));
  });

  it.each(lists)('are read whole, $provider $file', async ({ provider, body }) => {
    const { data } = JSON.parse(body) as { readonly data: readonly { readonly id: string }[] };

    const models = await read(provider, body);

    expect(models.map(({ id }) => id)).toEqual(data.map(({ id }) => id));
    expect(models.filter(({ createdAt }) => createdAt === undefined)).toEqual([]);
    for (const { capabilities, abilities } of models) {
      expect(capabilities).toEqual(Object.keys(abilities).filter((ability) => abilities[ability as keyof typeof abilities] === 'yes'));
    }
  });

  it.each(lists.filter(({ provider }) => provider === 'anthropic'))(
    'tell limits and abilities where the provider does, $file',
    async ({ provider, body }) => {
      const { data } = JSON.parse(body) as { readonly data: readonly { readonly max_input_tokens?: number | null }[] };
      const models = await read(provider, body);

      expect(models.map(({ maxInputTokens }) => maxInputTokens ?? null)).toEqual(data.map((wire) => wire.max_input_tokens ?? null));
      expect(models.filter(({ abilities }) => abilities.vision === 'yes').length).toBeGreaterThan(0);
      expect(models.every(({ abilities }) => abilities.tools === 'unknown')).toBe(true);
    },
  );

  it.each(lists.filter(({ provider }) => provider === 'openai'))(
    'tell of a model that no catalogue names nothing but what is in the list, $file',
    async ({ provider, body }) => {
      const models = await read(provider, body);
      const unnamed = models.filter(({ catalogueDate }) => catalogueDate === undefined);

      expect(models.length - unnamed.length).toBeGreaterThan(0);
      for (const model of unnamed) {
        expect(model).not.toHaveProperty('maxInputTokens');
        expect(new Set(Object.values(model.abilities))).toEqual(new Set(['unknown']));
      }
    },
  );
});
