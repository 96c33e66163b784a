import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';

import type { Environment } from './config/environment.js';
import { CallerStore } from './core/access/caller-store.port.js';
import { AuditLog } from './core/audit/audit-log.port.js';
import { LoginConsents } from './core/login/login-consents.port.js';
import { PendingLogins } from './core/login/pending-login.port.js';
import { RefreshSpool } from './core/refresh/refresh-spool.port.js';
import { RefreshStore } from './core/refresh/refresh-store.port.js';
import { RevocationOutbox } from './core/refresh/revocation-outbox.port.js';
import { ContextStore } from './core/contexts/context-store.port.js';
import { Fingerprints } from './core/sessions/fingerprints.port.js';
import { SecretBox } from './core/sessions/secret-box.port.js';
import { SessionStore } from './core/sessions/session-store.port.js';
import { UsageStore } from './core/usage/usage-store.port.js';
import { maestroOptionsFrom } from './environment-settings.js';
import { providersDeclaredIn } from './declared-providers.js';
import { MaestroModule } from './maestro.module.js';
import type { PersistenceOptions } from './persistence/persistence.module.js';
import { PersistenceModule } from './persistence/persistence.module.js';

export interface AdminOptions {
  readonly environment: Environment;
  /** Absolute. */
  readonly providersFolders: readonly string[];
  /** Absent: the providers alone, without a database. */
  readonly persistence?: PersistenceOptions;
}

const databasePorts = [
  ...[SessionStore, CallerStore, ContextStore, SecretBox, Fingerprints, AuditLog],
  ...[PendingLogins, LoginConsents, RefreshStore, RefreshSpool, RevocationOutbox, UsageStore],
];

/** Maestro as the admin tool uses it: the gateway's core and data, and nothing that listens. */
@Module({})
export class AdminModule {
  static forRoot({ environment, providersFolders, persistence }: AdminOptions): DynamicModule {
    const database = persistence === undefined ? NoDatabaseModule : PersistenceModule.forRoot(persistence);
    return {
      module: AdminModule,
      imports: [
        MaestroModule.forRoot({
          ...maestroOptionsFrom(environment),
          providers: providersDeclaredIn(environment),
          ...(environment.isFindingLocal && { findLocal: 'when-asked' }),
          persistence: database,
          providersFolders,
        }),
      ],
    };
  }
}

/** Fits where a database is expected and nobody asks it for anything. */
@Module({
  providers: databasePorts.map((provide) => ({ provide, useValue: Object.freeze({}) })),
  exports: databasePorts,
})
class NoDatabaseModule {}
