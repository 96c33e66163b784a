import type { TestingModule } from '@nestjs/testing';
import { Test } from '@nestjs/testing';

import { Contexts } from '../../src/core/contexts/contexts.js';
import { ProviderRegistry } from '../../src/core/registry/provider-registry.js';
import { Sessions } from '../../src/core/sessions/sessions.js';
import { UniversalProvider } from '../../src/core/universal-provider.js';
import type { MaestroOptions } from '../../src/maestro.module.js';
import { MaestroModule } from '../../src/maestro.module.js';
import { CapturedLog } from './captured-log.js';
import { InMemoryPersistenceModule } from './in-memory-persistence.module.js';

export interface RunningMaestro {
  readonly application: TestingModule;
  readonly log: CapturedLog;
  readonly maestro: UniversalProvider;
  readonly sessions: Sessions;
  readonly contexts: Contexts;
  readonly registry: ProviderRegistry;
  readonly close: () => Promise<void>;
}

/** A Maestro as a library user would have it; its sessions are in memory unless told otherwise. */
export async function startMaestro(options: Partial<MaestroOptions> = {}): Promise<RunningMaestro> {
  const log = new CapturedLog();
  const application = await Test.createTestingModule({
    imports: [MaestroModule.forRoot({ persistence: InMemoryPersistenceModule.of(), ...options })],
  })
    .setLogger(log)
    .compile();
  await application.init();
  return {
    application,
    log,
    maestro: application.get(UniversalProvider, { strict: false }),
    sessions: application.get(Sessions, { strict: false }),
    contexts: application.get(Contexts, { strict: false }),
    registry: application.get(ProviderRegistry, { strict: false }),
    close: () => application.close(),
  };
}
