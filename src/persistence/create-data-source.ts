import type { DataSource } from 'typeorm';

import type { KeyRing } from './encryption/key-ring.js';
import { AuditEventRow, AuditHeadRow } from './entities/audit.entity.js';
import { CallerDefaultRow, CallerGrantRow, CallerRow } from './entities/caller.entity.js';
import { ConversationContext, ContextChunkRow } from './entities/context.entity.js';
import { EncryptionKey } from './entities/encryption-key.entity.js';
import { IdempotentRequestRow } from './entities/idempotent-request.entity.js';
import { FinishedLoginRow, LoginConsentRow, PendingLoginRow } from './entities/login.entity.js';
import { Replica } from './entities/replica.entity.js';
import { SavedAuthentication } from './entities/saved-authentication.entity.js';
import { SessionTombstone } from './entities/session-tombstone.entity.js';
import { OrphanedGrant, PendingRevocation, RefreshAttempt } from './entities/token-refresh.entity.js';
import { UsageBatchRow, UsageHourRow } from './entities/usage.entity.js';
import type { LocalPostgresSettings } from './local-postgres/local-postgres.js';
import { ensureLocalPostgres } from './local-postgres/local-postgres.js';
import { MaestroDataSource } from './maestro-data-source.js';
import { migrations } from './migrations/migrations.js';
import { quietLogger } from './quiet-logger.js';
import { migrationsTable } from './run-migrations.js';

/** Somebody's PostgreSQL, or the private one of a data directory. */
export type DatabaseSettings = ExternalDatabaseSettings | LocalPostgresSettings;

export interface ExternalDatabaseSettings {
  /** DATABASE_URL. */
  readonly url: string;
}

/** Connections at most; each replica has its own pool. */
const poolSize = 10;

/** Both for a new connection and for a free one: who waits longer is told that the database is away. */
const connectTimeoutMs = 2000;

/**
 * The DataSource, not yet initialised; a private PostgreSQL runs already. `destroy()` gives everything back.
 *
 * @param keyRing for migrations that seal; without it they refuse rows that need it
 * @throws MaestroError what `ensureLocalPostgres` throws
 */
export async function createDataSource(settings: DatabaseSettings, keyRing?: KeyRing): Promise<DataSource> {
  if ('url' in settings) return dataSourceOf({ url: settings.url }, async () => undefined, keyRing);
  const server = await ensureLocalPostgres(settings);
  const { host, port, user: username, database } = server;
  // Node-postgres would else take PGSSLMODE from the environment, which a socket does not speak.
  return dataSourceOf({ host, port, username, database, ssl: false }, () => server.leave(), keyRing);
}

interface Address {
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly database?: string;
  readonly ssl?: boolean;
}

function dataSourceOf(address: Address, afterDestroy: () => Promise<void>, keyRing: KeyRing | undefined): DataSource {
  return new MaestroDataSource(
    {
      type: 'postgres',
      ...address,
      applicationName: 'maestro',
      poolSize,
      connectTimeoutMS: connectTimeoutMs,
      // The pool drops the broken connection by itself; the next query takes another or says that there is none.
      poolErrorHandler: () => undefined,
      entities: [
        ...[SavedAuthentication, SessionTombstone, EncryptionKey, Replica, AuditEventRow, AuditHeadRow],
        ...[PendingLoginRow, FinishedLoginRow, LoginConsentRow],
        ...[RefreshAttempt, OrphanedGrant, PendingRevocation],
        ...[ConversationContext, ContextChunkRow],
        ...[CallerRow, CallerGrantRow, CallerDefaultRow],
        ...[UsageHourRow, UsageBatchRow, IdempotentRequestRow],
      ],
      migrations,
      migrationsTableName: migrationsTable,
      migrationsTransactionMode: 'each',
      synchronize: false,
      installExtensions: false,
      logging: false,
      logger: quietLogger,
    },
    afterDestroy,
    keyRing,
  );
}
