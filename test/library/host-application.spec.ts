import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';

import type { DynamicModule } from '@nestjs/common';
import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { register } from 'prom-client';
import { Column, DataSource, Entity, PrimaryColumn, Repository } from 'typeorm';

import { builtInProvidersFolder, KeyRing, MaestroModule, PersistenceModule, storyMessages, UniversalProvider } from '../../src/index.js';
import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { acmeSimulator } from '../extension/fixtures/new/acme/testing/acme.simulator.js';
import { anApiKey } from '../support/a-session.js';
import { CapturedLog } from '../support/captured-log.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);

@Entity({ name: 'notes' })
class Note {
  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ type: 'text' })
  text: string;
}

/** What an application has for its configuration. */
@Injectable()
class Configuration {
  readonly values = new Map<string, string>();

  static with(values: Readonly<Record<string, string>>): Configuration {
    const configuration = new Configuration();
    for (const [name, value] of Object.entries(values)) configuration.values.set(name, value);
    return configuration;
  }

  get(name: string): string | undefined {
    return this.values.get(name);
  }

  getOrThrow(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw new Error(`${name} is not configured`);
    return value;
  }
}

function configured(values: Readonly<Record<string, string>>): DynamicModule {
  @Module({ providers: [{ provide: Configuration, useValue: Configuration.with(values) }], exports: [Configuration] })
  class ConfigurationModule {}
  return { module: ConfigurationModule };
}

/** One Maestro with all that it is told coming from the application's configuration. */
function maestroOf(instance: string, configuration: DynamicModule, providersFolder: string): DynamicModule {
  const injected = { imports: [configuration], inject: [Configuration] };
  return MaestroModule.forRootAsync({
    instance,
    providersFolders: [providersFolder],
    persistence: PersistenceModule.forRootAsync({
      ...injected,
      useFactory: (from: Configuration) => ({
        database: { url: from.getOrThrow('VAULT_URL') },
        keyRing: KeyRing.parse(from.getOrThrow('VAULT_KEYS')),
      }),
    }),
    ...injected,
    useFactory: (from: Configuration) => ({ settings: (name) => from.get(name), allowPrivateUpstreams: true }),
  });
}

/** As a feature of the application uses it. */
function featureOf(maestro: DynamicModule) {
  @Module({ imports: [maestro] })
  class Feature {
    constructor(@Inject(UniversalProvider) readonly maestro: UniversalProvider) {}
  }
  return Feature;
}

const keys = (): string => `k1=${randomBytes(32).toString('base64')}`;
const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'warning'];

describe("somebody else's application", () => {
  let databases: readonly [TestDatabase, TestDatabase];
  let simulator: RunningSimulator;

  beforeAll(async () => {
    databases = [await freshDatabase(), await freshDatabase()];
    simulator = await acmeSimulator.start({ apiKey: acmeSimulator.apiKey });
  });

  afterAll(async () => {
    await simulator.close();
    for (const database of databases) await database.close();
  });

  const openedBy = async (database: TestDatabase): Promise<number> => {
    const [row] = await database.dataSource.query<readonly { readonly count: number }[]>(
      'select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    return row?.count ?? 0;
  };

  it('keeps its own connection, logger, configuration and globals, beside two Maestros with a database and providers of their own', async () => {
    const before = { listeners: events.map((event) => process.listenerCount(event)), globals: Object.getOwnPropertyNames(globalThis) };
    const [{ url }, { url: otherUrl }] = databases;
    const first = featureOf(
      maestroOf(
        'first',
        configured({ VAULT_URL: url, VAULT_KEYS: keys(), ACME_BASE_URL: simulator.baseUrl }),
        resolve('test/extension/fixtures/new'),
      ),
    );
    const second = featureOf(maestroOf('second', configured({ VAULT_URL: otherUrl, VAULT_KEYS: keys() }), builtInProvidersFolder));
    // In the same database as the first Maestro.
    const own = TypeOrmModule.forRoot({ type: 'postgres', url, entities: [Note], synchronize: true, retryAttempts: 0 });
    const log = new CapturedLog();
    const application = await Test.createTestingModule({ imports: [own, TypeOrmModule.forFeature([Note]), first, second] })
      .setLogger(log)
      .compile();
    await application.init();

    const dataSource = application.get(DataSource, { strict: false });
    expect(dataSource.entityMetadatas.map(({ tableName }) => tableName)).toEqual(['notes']);
    const notes = application.get<Repository<Note>>(getRepositoryToken(Note), { strict: false });
    await notes.save({ id: 'n1', text: 'kept by the application' });
    await expect(notes.findOneBy({ id: 'n1' })).resolves.toMatchObject({ text: 'kept by the application' });

    const [acme, builtIn] = [application.get(first).maestro, application.get(second).maestro];
    expect(acme.listProviders().map(({ id }) => id)).toEqual(['acme']);
    expect(builtIn.listProviders().map(({ id }) => id)).not.toContain('acme');
    await acme.createSession('acme', 'api_key', { name: 'work', credentials: anApiKey(acmeSimulator.apiKey) });
    const told: string[] = [];
    const stream = await acme.streamChat('acme', 'work', [{ role: 'user', content: 'hello' }], { model: 'acme-1' });
    for await (const message of storyMessages(stream)) if (message.type === 'content') told.push(message.content);
    expect(told.join('')).toBe('hello');
    await expect(databases[1].dataSource.query('select 1 from saved_authentications')).resolves.toEqual([]);

    expect(log.from('Providers').join('\n')).toMatch(/1 providers? serve.*: acme /);
    expect(events.map((event) => process.listenerCount(event))).toEqual(before.listeners);
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.globals.includes(name));
    expect(added).toEqual([]);
    expect(register.getMetricsAsArray()).toEqual([]);

    await application.close();
    expect(dataSource.isInitialized).toBe(false);
    // The server needs a moment to end what was left.
    for (const database of databases) await until(async () => (await openedBy(database)) === 0);
  });

  it('is told in one line what of its configuration Maestro cannot use', async () => {
    const wrong = maestroOf(
      'main',
      configured({ VAULT_URL: databases[0].url, VAULT_KEYS: 'k1=short' }),
      resolve('test/extension/fixtures/new'),
    );
    const starting = Test.createTestingModule({ imports: [wrong] })
      .setLogger(new CapturedLog())
      .compile();
    await expect(starting).rejects.toMatchObject({ code: 'encryption.key-invalid' });
  });
});
