import type { DynamicModule, FactoryProvider, ModuleMetadata, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { DataSource } from 'typeorm';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import { CallerStore } from '../core/access/caller-store.port.js';
import { Archive } from '../core/archive/archive.port.js';
import { AuditLog } from '../core/audit/audit-log.port.js';
import { ChangeFeed } from '../core/changes/change-feed.port.js';
import { LoginConsents } from '../core/login/login-consents.port.js';
import { PendingLogins } from '../core/login/pending-login.port.js';
import { ContextStore } from '../core/contexts/context-store.port.js';
import { IdempotentRequests } from '../core/idempotency/idempotent-requests.port.js';
import { KeyRotation } from '../core/key-rotation/key-rotation.port.js';
import { RefreshSpool } from '../core/refresh/refresh-spool.port.js';
import { RefreshStore } from '../core/refresh/refresh-store.port.js';
import { RevocationOutbox } from '../core/refresh/revocation-outbox.port.js';
import { Fingerprints } from '../core/sessions/fingerprints.port.js';
import { SecretBox } from '../core/sessions/secret-box.port.js';
import { SessionStore } from '../core/sessions/session-store.port.js';
import { UsageStore } from '../core/usage/usage-store.port.js';
import { TypeOrmArchive } from './archive/typeorm-archive.js';
import { TypeOrmAuditLog } from './audit/typeorm-audit-log.js';
import { TypeOrmCallerStore } from './callers/typeorm-caller-store.js';
import { TypeOrmContextStore } from './contexts/typeorm-context-store.js';
import type { LocalChanges } from './changes/local-changes.js';
import { PostgresChangeFeed } from './changes/postgres-change-feed.js';
import type { DatabaseSettings } from './create-data-source.js';
import { DatabasePool, databasePool } from './database-pool.js';
import { DatabaseProbe, databaseProbe } from './database-probe.js';
import { AesGcmSecretBox } from './encryption/aes-gcm-secret-box.js';
import type { KeyRing } from './encryption/key-ring.js';
import type { JoinedReplica } from './encryption/replicas.js';
import { joinReplicas } from './encryption/replicas.js';
import { TypeOrmKeyRotation } from './encryption/typeorm-key-rotation.js';
import { TypeOrmIdempotentRequests } from './idempotency/typeorm-idempotent-requests.js';
import { KeyRingFingerprints } from './key-ring-fingerprints.js';
import { TypeOrmLoginConsents } from './logins/typeorm-login-consents.js';
import { TypeOrmPendingLogins } from './logins/typeorm-pending-logins.js';
import { openDatabase, prepareDatabase } from './open-database.js';
import { FileRefreshSpool, noSpool } from './refresh/file-refresh-spool.js';
import { TypeOrmRefreshStore } from './refresh/typeorm-refresh-store.js';
import { TypeOrmRevocationOutbox } from './refresh/typeorm-revocation-outbox.js';
import { migrationsTable } from './run-migrations.js';
import { SchemaProbe, schemaProbe } from './schema-probe.js';
import { TypeOrmSessionStore } from './typeorm-session-store.js';
import { TypeOrmUsageStore } from './usage/typeorm-usage-store.js';

/**
 * Either a database that is opened at start and closed at the end, with connections of its own beside those of the application; or
 * a DataSource that `createDataSource` made and somebody initialised, which is left open.
 */
export type PersistenceOptions = {
  readonly keyRing: KeyRing;
  /** Absolute; where new tokens wait while the database is away. Absent: in memory only. */
  readonly spoolFolder?: string;
} & ({ readonly database: DatabaseSettings; readonly dataSource?: never } | { readonly dataSource: DataSource; readonly database?: never });

export interface PersistenceAsyncOptions {
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<PersistenceOptions>['useFactory'];
}

/** Under this token the module has its DataSource: `DataSource` itself is the application's, and `TypeOrmModule` gives it everywhere. */
export const maestroDataSource = Symbol.for('maestro/data-source');

const persistenceOptions = Symbol('maestro/persistence-options');
const replica = Symbol('maestro/replica');

/** The vault on PostgreSQL: gives the ports of core that need a database, and its probes. */
@Module({})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(
    @Inject(maestroDataSource) private readonly dataSource: DataSource,
    @Inject(persistenceOptions) private readonly options: PersistenceOptions,
    @Inject(replica) private readonly joined: JoinedReplica,
    @Inject(ChangeFeed) private readonly feed: PostgresChangeFeed,
  ) {}

  static forRoot(options: PersistenceOptions): DynamicModule {
    return PersistenceModule.forRootAsync({ useFactory: () => options });
  }

  /** Each call is a vault of its own. */
  static forRootAsync({ imports = [], inject = [], useFactory }: PersistenceAsyncOptions): DynamicModule {
    return {
      module: PersistenceModule,
      imports,
      providers: [
        { provide: persistenceOptions, useFactory, inject },
        { provide: maestroDataSource, useFactory: dataSourceOf, inject: [persistenceOptions] },
        { provide: replica, useFactory: joined, inject: [maestroDataSource, persistenceOptions] },
        { provide: ChangeFeed, useFactory: (dataSource: DataSource) => new PostgresChangeFeed(dataSource), inject: [maestroDataSource] },
        {
          provide: KeyRotation,
          useFactory: keyRotationOf,
          inject: [maestroDataSource, persistenceOptions, AuditLog, replica, RefreshSpool],
        },
        onDatabase(SessionStore, (dataSource, keyRing, feed) => new TypeOrmSessionStore(dataSource, keyRing, feed)),
        onDatabase(ContextStore, (dataSource) => new TypeOrmContextStore(dataSource)),
        onDatabase(CallerStore, (dataSource, keyRing, feed) => new TypeOrmCallerStore(dataSource, keyRing, feed)),
        onDatabase(AuditLog, (dataSource, keyRing) => new TypeOrmAuditLog(dataSource, keyRing)),
        onDatabase(RefreshStore, (dataSource, keyRing, feed) => new TypeOrmRefreshStore(dataSource, keyRing, feed)),
        onDatabase(RevocationOutbox, (dataSource, keyRing) => new TypeOrmRevocationOutbox(dataSource, keyRing)),
        onDatabase(Archive, (dataSource, keyRing) => new TypeOrmArchive(dataSource, keyRing)),
        onDatabase(PendingLogins, (dataSource, keyRing) => new TypeOrmPendingLogins(dataSource, keyRing)),
        onDatabase(LoginConsents, (dataSource, keyRing) => new TypeOrmLoginConsents(dataSource, keyRing)),
        onDatabase(UsageStore, (dataSource) => new TypeOrmUsageStore(dataSource)),
        onDatabase(IdempotentRequests, (dataSource) => new TypeOrmIdempotentRequests(dataSource)),
        onDatabase(DatabaseProbe, (dataSource) => databaseProbe(dataSource)),
        onDatabase(SchemaProbe, (dataSource) => schemaProbe(dataSource)),
        onDatabase(DatabasePool, (dataSource) => databasePool(dataSource)),
        onOptions(RefreshSpool, ({ spoolFolder }) => (spoolFolder === undefined ? noSpool : new FileRefreshSpool(spoolFolder))),
        onOptions(Fingerprints, ({ keyRing }) => new KeyRingFingerprints(keyRing)),
        onOptions(SecretBox, ({ keyRing }) => new AesGcmSecretBox(keyRing)),
      ],
      exports: [
        ...[SessionStore, CallerStore, ContextStore, SecretBox, AuditLog, Fingerprints, PendingLogins, LoginConsents],
        ...[ChangeFeed, RefreshStore, RefreshSpool, RevocationOutbox, UsageStore, KeyRotation, Archive],
        ...[IdempotentRequests, DatabaseProbe, SchemaProbe, DatabasePool],
      ],
    };
  }

  /** After the last request: transports close before the modules they use. */
  async onApplicationShutdown(): Promise<void> {
    await this.feed.close();
    await this.joined.leave();
    if (this.options.dataSource === undefined && this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

function onDatabase<T>(provide: symbol, make: (dataSource: DataSource, keyRing: KeyRing, changes: LocalChanges) => T): FactoryProvider<T> {
  return {
    provide,
    useFactory: (dataSource: DataSource, { keyRing }: PersistenceOptions, feed: PostgresChangeFeed) => make(dataSource, keyRing, feed),
    inject: [maestroDataSource, persistenceOptions, ChangeFeed],
  };
}

function onOptions<T>(provide: symbol, make: (options: PersistenceOptions) => T): FactoryProvider<T> {
  return { provide, useFactory: make, inject: [persistenceOptions] };
}

function keyRotationOf(
  dataSource: DataSource,
  { keyRing: keys }: PersistenceOptions,
  auditLog: AuditLog,
  { id: replicaId }: JoinedReplica,
  spool: RefreshSpool,
): KeyRotation {
  return new TypeOrmKeyRotation({ dataSource, keys, auditLog, replicaId, spool });
}

async function dataSourceOf(options: PersistenceOptions): Promise<DataSource> {
  if (options.dataSource === undefined) return openDatabase(options.database, options.keyRing);
  // Preparing it runs its migrations, and another one's are not ours to run.
  if (options.dataSource.options.migrationsTableName !== migrationsTable) {
    const problem = "the DataSource for Maestro is the application's own; give `database` instead, for connections beside it";
    throw new MaestroError('configuration.invalid', { problems: [problem] });
  }
  await prepareDatabase(options.dataSource, options.keyRing);
  return options.dataSource;
}

/** A database that we opened is closed again where this process does not fit the others. */
async function joined(dataSource: DataSource, { keyRing, database }: PersistenceOptions): Promise<JoinedReplica> {
  try {
    return await joinReplicas(dataSource, keyRing);
  } catch (error) {
    if (database !== undefined) await dataSource.destroy();
    throw error;
  }
}
