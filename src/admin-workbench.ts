import type { INestApplicationContext } from '@nestjs/common';
import type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import type { DataSource } from 'typeorm';

import type { AdminOptions } from './admin.module.js';
import type { Environment } from './config/environment.js';
import { MaestroError } from './contracts/errors/maestro-error.js';
import { Callers } from './core/access/callers.js';
import { Archive } from './core/archive/archive.port.js';
import { AuditLog } from './core/audit/audit-log.port.js';
import { Contexts } from './core/contexts/contexts.js';
import { Imports } from './core/import/imports.js';
import { KeyRotation } from './core/key-rotation/key-rotation.port.js';
import { LocalServers } from './core/local-servers/local-servers.js';
import { Consents } from './core/login/consents.js';
import { Logins } from './core/login/logins.js';
import type { Migrations } from './core/migrations/migrations.port.js';
import { ProviderRegistry } from './core/registry/provider-registry.js';
import { SessionCheckup } from './core/sessions/session-checkup.js';
import { Sessions } from './core/sessions/sessions.js';
import { UsageReports } from './core/usage/usage-reports.js';
import { UniversalProvider } from './core/universal-provider.js';
import { databaseFrom, keySettingsFrom, rememberSettings, secretsIn, spoolFolderIn } from './environment-settings.js';
import type { SecretFilter } from './observability/secret-filter.js';
import type { KeyRing } from './persistence/encryption/key-ring.js';
import type { Vault, Workbench } from './transports/cli/workbench.js';

export interface WorkbenchOptions {
  /** Absolute. */
  readonly providersFolders: readonly string[];
  /** Absolute. */
  readonly templateFolder: string;
  readonly filter: SecretFilter;
}

interface OpenDatabase {
  readonly dataSource: DataSource;
  readonly keyRing: KeyRing;
  readonly migrations: Migrations;
}

/**
 * Opens what a command asks for, and closes it. What is heavy to load is loaded then: TypeORM, the providers, the core.
 * Opening the database changes nothing in it; only an empty one is made ready, as the gateway's first start would.
 */
export class AdminWorkbench implements Workbench {
  readonly #closing: (() => Promise<void>)[] = [];
  #environment: Environment | undefined;
  #withoutDatabase: Promise<INestApplicationContext> | undefined;

  constructor(private readonly options: WorkbenchOptions) {}

  async registry(): Promise<ProviderRegistry> {
    return (await this.withoutDatabase()).get(ProviderRegistry, { strict: false });
  }

  async localServers(): Promise<LocalServers> {
    return (await this.withoutDatabase()).get(LocalServers, { strict: false });
  }

  providerTemplate(): Promise<string> {
    return Promise.resolve(this.options.templateFolder);
  }

  async vault(): Promise<Vault> {
    const application = await this.core();
    return {
      provider: application.get(UniversalProvider, { strict: false }),
      sessions: application.get(Sessions, { strict: false }),
      checkup: application.get(SessionCheckup, { strict: false }),
      logins: application.get(Logins, { strict: false }),
      consents: application.get(Consents, { strict: false }),
      contexts: application.get(Contexts, { strict: false }),
      callers: application.get(Callers, { strict: false }),
      usage: application.get(UsageReports, { strict: false }),
    };
  }

  async keyRotation(): Promise<KeyRotation> {
    return (await this.core()).get<unknown, KeyRotation>(KeyRotation, { strict: false });
  }

  async audit(): Promise<AuditLog> {
    return (await this.core()).get<unknown, AuditLog>(AuditLog, { strict: false });
  }

  async archive(): Promise<Archive> {
    return (await this.core()).get<unknown, Archive>(Archive, { strict: false });
  }

  async imports(): Promise<Imports> {
    return (await this.core()).get(Imports, { strict: false });
  }

  async migrations(): Promise<Migrations> {
    return (await this.database()).migrations;
  }

  /** In the reverse order of opening. The private PostgreSQL stops with the last process that uses it. */
  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  private async database(): Promise<OpenDatabase> {
    const { loadKeys } = await import('./persistence/encryption/key-file.js');
    const { connectDatabase } = await import('./persistence/open-database.js');
    const { TypeOrmMigrations } = await import('./persistence/typeorm-migrations.js');
    const environment = await this.environment();
    const { keyRing } = await loadKeys(keySettingsFrom(environment));
    const dataSource = await connectDatabase(databaseFrom(environment), keyRing);
    this.#closing.push(() => dataSource.destroy());
    return { dataSource, keyRing, migrations: new TypeOrmMigrations(dataSource, keyRing) };
  }

  /** Over a database of this version. */
  private async core(): Promise<INestApplicationContext> {
    const { dataSource, keyRing, migrations } = await this.database();
    await requireCurrentSchema(migrations);
    return this.started({ persistence: { dataSource, keyRing, spoolFolder: spoolFolderIn(await this.environment()) } });
  }

  /** The same one for a command that asks twice. */
  private withoutDatabase(): Promise<INestApplicationContext> {
    this.#withoutDatabase ??= this.started({});
    return this.#withoutDatabase;
  }

  private async started(part: Pick<AdminOptions, 'persistence'>): Promise<INestApplicationContext> {
    const { AdminModule } = await import('./admin.module.js');
    const { providersFolders, filter } = this.options;
    const environment = await this.environment();
    const module = await configured(() => AdminModule.forRoot({ environment, providersFolders, ...part }));
    // Silent: what goes wrong is thrown, and told once by whoever runs the commands.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents a literal.
    const nestOptions: NestApplicationContextOptions = { logger: false, abortOnError: false };
    const application = await NestFactory.createApplicationContext(module, nestOptions);
    this.#closing.push(() => application.close());
    rememberSettings(application.get(ProviderRegistry, { strict: false }), environment, filter);
    return application;
  }

  /** Read when a command needs it, once. */
  private async environment(): Promise<Environment> {
    this.#environment ??= await this.readEnvironment();
    return this.#environment;
  }

  private async readEnvironment(): Promise<Environment> {
    const { loadEnvironment } = await import('./config/environment.js');
    return configured(() => {
      const environment = loadEnvironment();
      for (const secret of secretsIn(environment)) this.options.filter.remember(secret);
      return environment;
    });
  }
}

/** @throws MaestroError `configuration.invalid` where the environment is not right */
async function configured<T>(read: () => T): Promise<T> {
  const { EnvironmentError } = await import('./config/environment.js');
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    throw new MaestroError('configuration.invalid', { problems: error.problems }, { cause: error });
  }
}

/** A database without a row is made ready; one that holds something is migrated by being told. */
async function requireCurrentSchema(migrations: Migrations): Promise<void> {
  const { steps, unknownSteps } = await migrations.status();
  const pending = steps.filter(({ isApplied }) => !isApplied).map(({ name }) => name);
  if (pending.length === 0 && unknownSteps.length === 0) return;
  const isUntouched = pending.length === steps.length && (await migrations.plan()).rows === 0;
  if (!isUntouched) throw new MaestroError('migration.pending', { steps: pending });
  await migrations.up();
}
