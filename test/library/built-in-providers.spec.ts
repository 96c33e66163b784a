import { randomBytes } from 'node:crypto';

import { builtInProvidersFolder } from '../../src/built-in-providers.js';
import { environmentNameOf } from '../../src/contracts/manifest.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import type { ProviderSimulator, RunningSimulator } from '../../src/contracts/simulator.js';
import { LastUsed } from '../../src/core/sessions/last-used.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import { anApiKey } from '../support/a-session.js';
import { builtInSimulators } from '../support/family-providers.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';

const key = `k1=${randomBytes(32).toString('base64')}`;

/** What comes with Maestro, over a real database, against its simulators. */
describe('the providers that come with Maestro', () => {
  let database: TestDatabase;
  let simulators: readonly { readonly simulator: ProviderSimulator; readonly server: RunningSimulator }[];
  let running: RunningMaestro;

  beforeAll(async () => {
    database = await freshDatabase();
    const found = await builtInSimulators();
    simulators = await Promise.all(
      found.map(async (simulator) => ({ simulator, server: await simulator.start({ apiKey: simulator.apiKey }) })),
    );
    const addresses = new Map(
      simulators.map(({ simulator, server }) => [environmentNameOf(simulator.provider, 'baseUrl'), server.baseUrl]),
    );
    running = await startMaestro({
      persistence: PersistenceModule.forRoot({ dataSource: database.dataSource, keyRing: KeyRing.parse(key) }),
      providersFolders: [builtInProvidersFolder],
      settings: (name) => addresses.get(name),
      strict: true,
    });
  }, 60_000);

  afterAll(async () => {
    await running.close();
    await Promise.all(simulators.map(({ server }) => server.close()));
    await database.close();
  });

  it('all serve without a finding, and each has a simulator', () => {
    const { providers } = running.registry.report();

    expect(providers.flatMap(({ findings }) => findings)).toEqual([]);
    expect(providers.map(({ id }) => id)).toEqual(simulators.map(({ simulator }) => simulator.provider));
    console.log(running.log.from('Providers')[0]);
  });

  it('stream through named sessions, side by side', async () => {
    const answers = await Promise.all(
      simulators.map(async ({ simulator }) => {
        const { provider, apiKey, demo } = simulator;
        await running.maestro.createSession(provider, 'api_key', { name: demo.session, credentials: anApiKey(apiKey) });
        return running.maestro.completeChat(provider, demo.session, [{ role: 'user', content: demo.prompt }], { model: demo.model });
      }),
    );

    for (const answer of answers) {
      expect(answer).toMatchObject({ role: 'assistant', reason: 'stop', usage: { output: expect.any(Number) } });
      expect(answer.content.map((part) => ('text' in part ? part.text : '')).join('')).toContain('Maestro');
    }
  });

  it('prove their keys, where their vendor has a free way to', async () => {
    const unproven: string[] = [];
    for (const { simulator } of simulators) {
      const { provider, demo } = simulator;
      const { id } = await running.sessions.get({ provider: ProviderId.parse(provider), session: demo.session });
      const outcome = await running.sessions.test({ id }).catch((error: unknown) => error);
      if (outcome instanceof Error) unproven.push(provider);
      expect(outcome).toMatchObject(outcome instanceof Error ? { code: 'operation.unsupported' } : { keyAccepted: true });
    }
    console.info(`no free proof of a key: ${unproven.join(', ')}`);
    expect(unproven.length).toBeLessThan(simulators.length / 3);
  });

  it('list their models, all pages', async () => {
    for (const { simulator } of simulators) {
      const models = await running.maestro.listModels(simulator.provider, 'api_key', simulator.demo.session);
      const [first] = models;
      expect(models.length).toBeGreaterThanOrEqual(3);
      await expect(running.maestro.getModel(simulator.provider, undefined, simulator.demo.session, first?.id ?? '')).resolves.toMatchObject(
        { id: first?.id },
      );
    }
  });

  it('end their request when the reader leaves', async () => {
    for (const { simulator, server } of simulators) {
      const { provider, demo } = simulator;
      const stream = await running.maestro.streamChat(provider, demo.session, [{ role: 'user', content: 'Hi' }], { model: 'sim-slow' });
      for await (const _event of stream) break;
      const last = server.requests.at(-1);
      while (last?.isAborted === false) await new Promise((resolve) => setImmediate(resolve));
      expect(last?.isAborted).toBe(true);
    }
  });

  it('refuse with their own errors as ours, before the stream begins', async () => {
    for (const { simulator } of simulators) {
      const ask = (model: string) =>
        running.maestro.streamChat(simulator.provider, simulator.demo.session, [{ role: 'user', content: 'Hi' }], { model, retries: 0 });
      await expect(ask('sim-rate-limited')).rejects.toMatchObject({ code: 'upstream.rate-limited', retryAfterMs: 7_000 });
      await expect(ask('sim-unauthorized')).rejects.toMatchObject({ code: 'session.credential-rejected' });
    }
  });

  it('leave a note of when a session was used, and no key in the table', async () => {
    await running.application.get(LastUsed, { strict: false }).flush();

    const rows: unknown = await database.dataSource.query('select saved_authentications::text as row from saved_authentications');
    const { data } = await running.sessions.list();
    expect(data).toHaveLength(simulators.length);
    expect(data.every(({ lastUsedAt }) => lastUsedAt !== undefined)).toBe(true);
    for (const { simulator } of simulators) {
      expect(JSON.stringify(rows)).not.toContain(simulator.apiKey);
      expect(JSON.stringify(rows)).not.toContain(Buffer.from(simulator.apiKey).toString('hex'));
    }
  });

  it('keep one session apart from another of the same name', async () => {
    const [first, second] = simulators.map(({ simulator }) => simulator);
    if (first === undefined || second === undefined) throw new Error('two providers are needed');
    for (const { provider, apiKey } of [first, second]) {
      await running.maestro.createSession(provider, 'api_key', { name: 'shared_name', credentials: anApiKey(apiKey) });
    }
    await running.maestro.deleteSession(first.provider, 'api_key', 'shared_name');

    const provider = ProviderId.parse(second.provider);
    await expect(running.sessions.get({ provider, session: 'shared_name' })).resolves.toMatchObject({ provider });
  });
});
