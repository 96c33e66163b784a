import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';

import { providerHttp, providerSettings } from '../../src/contracts/define-provider.js';
import type { HttpClient, ProviderSettings } from '../../src/contracts/provider-client.js';
import { ProviderRegistry } from '../../src/core/registry/provider-registry.js';
import { Sessions } from '../../src/core/sessions/sessions.js';
import { UniversalProvider } from '../../src/core/universal-provider.js';
import { MaestroModule } from '../../src/maestro.module.js';
import { WholeApiKey } from '../extension/fixtures/whole-behaviours.js';
import { anApiKey } from '../support/a-session.js';
import { CapturedLog } from '../support/captured-log.js';
import { InMemoryPersistenceModule } from '../support/in-memory-persistence.module.js';
import { InMemorySessionStore } from '../support/in-memory-session-store.js';
import { startMaestro } from '../support/start-maestro.js';
import { wholeProvider } from '../support/whole-provider.js';

const region = { region: { text: 'Where', requiredBy: 'provider' } } as const;

@Injectable()
class WellSetApiKey extends WholeApiKey {
  constructor(
    @Inject(providerSettings) readonly settings: ProviderSettings,
    @Inject(providerHttp) readonly http: HttpClient,
  ) {
    super();
  }
}

const settable = wholeProvider({ apiKey: WellSetApiKey, settings: region });

describe('two Maestros in one application', () => {
  function halfOf(instance: string, place: string, others: readonly ReturnType<typeof wholeProvider>[]) {
    const store = new InMemorySessionStore();
    const maestro = MaestroModule.forRoot({
      instance,
      persistence: InMemoryPersistenceModule.of(store),
      providers: [settable, ...others],
      settings: () => place,
    });

    /** As a feature of an application uses it: what it injects is what it imports. */
    @Module({ imports: [maestro] })
    class Half {
      constructor(
        @Inject(UniversalProvider) readonly maestro: UniversalProvider,
        @Inject(ProviderRegistry) readonly registry: ProviderRegistry,
        @Inject(Sessions) readonly sessions: Sessions,
      ) {}
    }
    return { Half, store };
  }

  it('keep their providers, settings and sessions apart', async () => {
    const one = halfOf('one', 'here', []);
    const two = halfOf('two', 'there', [wholeProvider({ id: 'second' })]);
    const application = await Test.createTestingModule({ imports: [one.Half, two.Half] })
      .setLogger(new CapturedLog())
      .compile();
    await application.init();
    const [first, second] = [application.get(one.Half), application.get(two.Half)];

    expect(first.registry.listProviders()).toEqual(['whole']);
    expect(second.registry.listProviders()).toEqual(['whole', 'second']);
    expect([...first.registry.report().providers, ...second.registry.report().providers].flatMap(({ findings }) => findings)).toEqual([]);

    const [hereKey, thereKey] = [first, second].map(({ registry }) => registry.resolve('whole', 'api-key'));
    expect(hereKey).not.toBe(thereKey);
    expect((hereKey as unknown as WellSetApiKey).settings.text('region')).toBe('here');
    expect((thereKey as unknown as WellSetApiKey).settings.text('region')).toBe('there');
    expect((hereKey as unknown as WellSetApiKey).http).not.toBe((thereKey as unknown as WellSetApiKey).http);
    expect(first.registry.tokenOf('whole', 'api-key')).not.toBe(second.registry.tokenOf('whole', 'api-key'));

    await first.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() });
    await expect(second.sessions.getNamedSession('whole', 'api_key', 'work')).resolves.toBeUndefined();
    expect([one.store.rows.size, two.store.rows.size]).toEqual([1, 0]);
    await application.close();
  });

  it('are told so where they have one name', async () => {
    const application = await Test.createTestingModule({ imports: [halfOf('same', 'here', []).Half, halfOf('same', 'there', []).Half] })
      .setLogger(new CapturedLog())
      .compile();
    await application.init();

    const { providers } = application.get(ProviderRegistry, { strict: false }).report();
    expect(providers.map(({ findings }) => findings.map(({ text }) => text))).toEqual([[], [expect.stringContaining('instance names')]]);
    await application.close();
  });
});

describe('Maestro as a library', () => {
  @Injectable()
  class Configuration {
    async settings(): Promise<(name: string) => string | undefined> {
      return (name) => (name === 'WHOLE_REGION' ? 'configured' : undefined);
    }
  }

  @Module({ providers: [Configuration], exports: [Configuration] })
  class ConfigurationModule {}

  it('takes its settings from what the application injects, asynchronously', async () => {
    const maestro = MaestroModule.forRootAsync({
      persistence: InMemoryPersistenceModule.of(),
      providers: [settable],
      imports: [ConfigurationModule],
      inject: [Configuration],
      useFactory: async (configuration: Configuration) => ({ settings: await configuration.settings() }),
    });
    const application = await Test.createTestingModule({ imports: [maestro] })
      .setLogger(new CapturedLog())
      .compile();
    await application.init();

    const registry = application.get(ProviderRegistry, { strict: false });
    expect(registry.capabilitiesOf('whole').requirements).toMatchObject([{ setting: 'region', isMet: true }]);
    await application.close();
  });

  it('answers before the application is initialised, too', async () => {
    const maestro = MaestroModule.forRoot({ persistence: InMemoryPersistenceModule.of(), providers: [wholeProvider()] });
    const application = await Test.createTestingModule({ imports: [maestro] }).compile();

    expect(application.get(UniversalProvider, { strict: false }).listProviders()).toHaveLength(1);
    await application.close();
  });

  it('starts without a provider, and says so', async () => {
    const { maestro, log, close } = await startMaestro();

    expect(maestro.listProviders()).toEqual([]);
    expect(log.from('Providers')[0]).toMatch(/0 providers serve/);
    await close();
  });

  it('makes a class whose setting is missing and does not offer it', async () => {
    const { registry, close } = await startMaestro({ providers: [settable] });

    expect(registry.listProviders()).toEqual([]);
    expect(registry.report().providers).toMatchObject([{ id: 'whole', findings: [{ code: 'setting-missing' }] }]);
    await close();
  });

  it('takes a definition once, however often it is given', async () => {
    const { registry, close } = await startMaestro({ providers: [settable, settable], settings: () => 'x' });

    expect(registry.report().providers).toMatchObject([{ id: 'whole', status: 'serving', findings: [] }]);
    await close();
  });
});
