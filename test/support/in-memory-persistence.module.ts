import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';

import { CallerStore } from '../../src/core/access/caller-store.port.js';
import { AuditLog } from '../../src/core/audit/audit-log.port.js';
import { LoginConsents } from '../../src/core/login/login-consents.port.js';
import { PendingLogins } from '../../src/core/login/pending-login.port.js';
import { ContextStore } from '../../src/core/contexts/context-store.port.js';
import { RefreshSpool } from '../../src/core/refresh/refresh-spool.port.js';
import { RefreshStore } from '../../src/core/refresh/refresh-store.port.js';
import { RevocationOutbox } from '../../src/core/refresh/revocation-outbox.port.js';
import { Fingerprints } from '../../src/core/sessions/fingerprints.port.js';
import { SecretBox } from '../../src/core/sessions/secret-box.port.js';
import { SessionStore } from '../../src/core/sessions/session-store.port.js';
import { UsageStore } from '../../src/core/usage/usage-store.port.js';
import { InMemoryContextStore } from './in-memory-context-store.js';
import { InMemoryFingerprints } from './in-memory-fingerprints.js';
import { InMemoryLoginConsents, InMemoryPendingLogins } from './in-memory-pending-logins.js';
import { InMemoryRevocationOutbox, InMemorySpool } from './in-memory-refresh-store.js';
import { InMemorySecretBox } from './in-memory-secret-box.js';
import { InMemorySessionStore } from './in-memory-session-store.js';
import { InMemoryUsageStore } from './in-memory-usage-store.js';

/** What `MaestroModule` takes as its persistence, without a database. */
@Module({})
export class InMemoryPersistenceModule {
  static of(
    store: InMemorySessionStore = new InMemorySessionStore(),
    box: SecretBox = new InMemorySecretBox(),
    contexts: ContextStore = new InMemoryContextStore(),
  ): DynamicModule {
    return {
      module: InMemoryPersistenceModule,
      providers: [
        { provide: SessionStore, useValue: store },
        { provide: CallerStore, useValue: store.callers },
        { provide: ContextStore, useValue: contexts },
        { provide: SecretBox, useValue: box },
        { provide: AuditLog, useValue: store.audit },
        { provide: Fingerprints, useValue: new InMemoryFingerprints() },
        { provide: PendingLogins, useValue: new InMemoryPendingLogins(store) },
        { provide: LoginConsents, useValue: new InMemoryLoginConsents(store) },
        { provide: RefreshStore, useValue: store.refreshes },
        { provide: RefreshSpool, useValue: new InMemorySpool() },
        { provide: RevocationOutbox, useValue: new InMemoryRevocationOutbox(store) },
        { provide: UsageStore, useValue: new InMemoryUsageStore() },
      ],
      exports: [
        ...[SessionStore, CallerStore, ContextStore, SecretBox, AuditLog, Fingerprints, PendingLogins, LoginConsents],
        ...[RefreshStore, RefreshSpool, RevocationOutbox, UsageStore],
      ],
    };
  }
}
