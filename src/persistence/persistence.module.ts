import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { CallerStore } from '../core/access/caller-store.port.js';
import { Archive } from '../core/archive/archive.port.js';
import { AuditLog } from '../core/audit/audit-log.port.js';
import { LoginConsents } from '../core/login/login-consents.port.js';
import { PendingLogins } from '../core/login/pending-login.port.js';
import { ContextStore } from '../core/contexts/context-store.port.js';
import { KeyRotation } from '../core/key-rotation/key-rotation.port.js';
import { RefreshSpool } from '../core/refresh/refresh-spool.port.js';
import { RefreshStore } from '../core/refresh/refresh-store.port.js';
import { RevocationOutbox } from '../core/refresh/revocation-outbox.port.js';
import { Fingerprints } from '../core/sessions/fingerprints.port.js';
import { SecretBox } from '../core/sessions/secret-box.port.js';
import { SessionStore } from '../core/sessions/session-store.port.js';
import { TypeOrmArchive } from './archive/typeorm-archive.js';
import { TypeOrmAuditLog } from './audit/typeorm-audit-log.js';
import { TypeOrmCallerStore } from './callers/typeorm-caller-store.js';
import { TypeOrmContextStore } from './contexts/typeorm-context-store.js';
import type { DatabaseSettings } from './create-data-source.js';
import { DatabaseProbe, databaseProbe } from './database-probe.js';
import { AesGcmSecretBox } from './encryption/aes-gcm-secret-box.js';
import type { KeyRing } from './encryption/key-ring.js';
import type { JoinedReplica } from './encryption/replicas.js';
import { joinReplicas } from './encryption/replicas.js';
import { TypeOrmKeyRotation } from './encryption/typeorm-key-rotation.js';
import { KeyRingFingerprints } from './key-ring-fingerprints.js';
import { TypeOrmLoginConsents } from './logins/typeorm-login-consents.js';
import { TypeOrmPendingLogins } from './logins/typeorm-pending-logins.js';
import { openDatabase, prepareDatabase } from './open-database.js';
import { FileRefreshSpool, noSpool } from './refresh/file-refresh-spool.js';
import { TypeOrmRefreshStore } from './refresh/typeorm-refresh-store.js';
import { TypeOrmRevocationOutbox } from './refresh/typeorm-revocation-outbox.js';
import { TypeOrmSessionStore } from './typeorm-session-store.js';

/** Either a database of ours, opened at start and closed at the end, or the caller's own initialised DataSource, which is left open. */
export type PersistenceOptions = {
  readonly keyRing: KeyRing;
  /** Absolute; where new tokens wait while the database is away. Absent: in memory only. */
  readonly spoolFolder?: string;
} & ({ readonly database: DatabaseSettings; readonly dataSource?: never } | { readonly dataSource: DataSource; readonly database?: never });

const ownership = Symbol('maestro/owns-data-source');
const replica = Symbol('maestro/replica');

/** Gives the ports of core that need a database, the `DataSource` and its `DatabaseProbe`. */
@Module({})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(ownership) private readonly isOwner: boolean,
    @Inject(replica) private readonly joined: JoinedReplica,
  ) {}

  static forRoot(options: PersistenceOptions): DynamicModule {
    return {
      module: PersistenceModule,
      providers: [
        { provide: ownership, useValue: options.dataSource === undefined },
        { provide: DataSource, useFactory: () => dataSourceOf(options) },
        { provide: replica, useFactory: (dataSource: DataSource) => joined(dataSource, options), inject: [DataSource] },
        {
          provide: KeyRotation,
          useFactory: (dataSource: DataSource, auditLog: AuditLog, { id: replicaId }: JoinedReplica, spool: RefreshSpool) =>
            new TypeOrmKeyRotation({ dataSource, keys: options.keyRing, auditLog, replicaId, spool }),
          inject: [DataSource, AuditLog, replica, RefreshSpool],
        },
        {
          provide: SessionStore,
          useFactory: (dataSource: DataSource) => new TypeOrmSessionStore(dataSource, options.keyRing),
          inject: [DataSource],
        },
        {
          provide: ContextStore,
          useFactory: (dataSource: DataSource) => new TypeOrmContextStore(dataSource),
          inject: [DataSource],
        },
        {
          provide: CallerStore,
          useFactory: (dataSource: DataSource) => new TypeOrmCallerStore(dataSource, options.keyRing),
          inject: [DataSource],
        },
        {
          provide: AuditLog,
          useFactory: (dataSource: DataSource) => new TypeOrmAuditLog(dataSource, options.keyRing),
          inject: [DataSource],
        },
        {
          provide: RefreshStore,
          useFactory: (dataSource: DataSource) => new TypeOrmRefreshStore(dataSource, options.keyRing),
          inject: [DataSource],
        },
        {
          provide: RevocationOutbox,
          useFactory: (dataSource: DataSource) => new TypeOrmRevocationOutbox(dataSource, options.keyRing),
          inject: [DataSource],
        },
        {
          provide: Archive,
          useFactory: (dataSource: DataSource) => new TypeOrmArchive(dataSource, options.keyRing),
          inject: [DataSource],
        },
        {
          provide: PendingLogins,
          useFactory: (dataSource: DataSource) => new TypeOrmPendingLogins(dataSource, options.keyRing),
          inject: [DataSource],
        },
        {
          provide: LoginConsents,
          useFactory: (dataSource: DataSource) => new TypeOrmLoginConsents(dataSource, options.keyRing),
          inject: [DataSource],
        },
        { provide: RefreshSpool, useValue: options.spoolFolder === undefined ? noSpool : new FileRefreshSpool(options.spoolFolder) },
        { provide: Fingerprints, useValue: new KeyRingFingerprints(options.keyRing) },
        { provide: DatabaseProbe, useFactory: databaseProbe, inject: [DataSource] },
        { provide: SecretBox, useValue: new AesGcmSecretBox(options.keyRing) },
      ],
      exports: [
        ...[DataSource, SessionStore, CallerStore, ContextStore, SecretBox, AuditLog, Fingerprints, PendingLogins, LoginConsents],
        ...[RefreshStore, RefreshSpool, RevocationOutbox, KeyRotation, Archive, DatabaseProbe],
      ],
    };
  }

  /** After the last request: transports close before the modules they use. */
  async onApplicationShutdown(): Promise<void> {
    await this.joined.leave();
    if (this.isOwner && this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

async function dataSourceOf(options: PersistenceOptions): Promise<DataSource> {
  if (options.dataSource === undefined) return openDatabase(options.database, options.keyRing);
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
