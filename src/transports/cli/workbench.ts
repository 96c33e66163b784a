import type { Callers } from '../../core/access/callers.js';
import type { Archive } from '../../core/archive/archive.port.js';
import type { AuditLog } from '../../core/audit/audit-log.port.js';
import type { Contexts } from '../../core/contexts/contexts.js';
import type { Imports } from '../../core/import/imports.js';
import type { KeyRotation } from '../../core/key-rotation/key-rotation.port.js';
import type { Consents } from '../../core/login/consents.js';
import type { LocalServers } from '../../core/local-servers/local-servers.js';
import type { Logins } from '../../core/login/logins.js';
import type { Migrations } from '../../core/migrations/migrations.port.js';
import type { ProviderRegistry } from '../../core/registry/provider-registry.js';
import type { SessionCheckup } from '../../core/sessions/session-checkup.js';
import type { Sessions } from '../../core/sessions/sessions.js';
import type { UsageReports } from '../../core/usage/usage-reports.js';
import type { UniversalProvider } from '../../core/universal-provider.js';

/** What needs the database, in the state that this version of Maestro works on. */
export interface Vault {
  readonly provider: UniversalProvider;
  readonly sessions: Sessions;
  readonly checkup: Pick<SessionCheckup, 'examine'>;
  readonly logins: Logins;
  readonly consents: Consents;
  readonly contexts: Contexts;
  readonly callers: Callers;
  readonly usage: UsageReports;
}

/**
 * What commands work on. Each part is opened when a command asks for it: help and mistyped commands touch nothing, and the
 * providers can be looked at without a database.
 */
export interface Workbench {
  /** The providers alone; no database is opened. @throws MaestroError `configuration.invalid`, `provider.invalid` */
  registry(): Promise<ProviderRegistry>;
  /** The folder of the package that a new provider begins as; nothing is opened. */
  providerTemplate(): Promise<string>;
  /** Beside the registry, and without a database as well. @throws MaestroError as `registry` does */
  localServers(): Promise<Pick<LocalServers, 'look'>>;
  /** @throws MaestroError as opening the database does; `migration.refused` where the schema is not this version's */
  vault(): Promise<Vault>;
  /** The database as it is: nothing is migrated by opening it. @throws MaestroError as opening the database does */
  migrations(): Promise<Migrations>;
  /** @throws MaestroError as `vault` does; so do the others below */
  keyRotation(): Promise<KeyRotation>;
  audit(): Promise<AuditLog>;
  archive(): Promise<Archive>;
  imports(): Promise<Pick<Imports, 'plan' | 'apply'>>;
}

export const Workbench = Symbol.for('maestro/workbench');
