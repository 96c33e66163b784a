// Maestro as an application has it: the module, a vault of its own on a private PostgreSQL, one session for each wire.
import 'reflect-metadata';

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NestFactory } from '@nestjs/core';

import {
  builtInProvidersFolder,
  KeyRing,
  MaestroModule,
  PersistenceModule,
  Secret,
  Sessions,
  UniversalProvider,
} from '../../dist/index.js';

const baseUrls = { OPENAI_BASE_URL: '/v1', ANTHROPIC_BASE_URL: '', GEMINI_BASE_URL: '' };

export async function startLibrary({ upstream, key }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'maestro-bench-'));
  chmodSync(dataDir, 0o755);
  const module = MaestroModule.forRoot({
    persistence: PersistenceModule.forRoot({
      database: { dataDir },
      keyRing: KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`),
    }),
    providersFolders: [builtInProvidersFolder],
    settings: (name) => (name in baseUrls ? `${upstream}${baseUrls[name]}` : undefined),
  });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  const sessions = app.get(Sessions, { strict: false });
  for (const provider of ['openai', 'anthropic', 'gemini']) {
    await sessions.createNamedSession(provider, 'api_key', 'work', { authType: 'api_key', apiKey: Secret.of(key) });
  }
  return {
    app,
    maestro: app.get(UniversalProvider, { strict: false }),
    stop: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
