import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

const key = 'a-key-that-nobody-checks-here';

export interface ReplayingGateway {
  readonly gateway: TestGateway;
  close(): Promise<void>;
}

/** A gateway with one session for each of these providers, whose provider is the recordings: the model names the case. */
export async function startReplayingGateway(providers: readonly string[]): Promise<ReplayingGateway> {
  const { replay, url } = await startReplay();
  const gateway = await startTestGateway(Object.fromEntries(providers.map((provider) => [environmentNameOf(provider, 'baseUrl'), url])));
  for (const provider of providers) {
    await gateway.call('POST', '/api/sessions', {
      body: { provider, authType: 'api_key', name: `recorded_${provider}`, credentials: { apiKey: key } },
    });
  }
  return {
    gateway,
    async close() {
      await gateway.close();
      replay.kill();
      await once(replay, 'exit');
    },
  };
}

async function startReplay(): Promise<{ readonly replay: ChildProcess; readonly url: string }> {
  // It serves only where it is started by its real path.
  const program = realpathSync(join(process.cwd(), '../shared/recordings/replay-server.mjs'));
  const replay = spawn(process.execPath, [program, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: replay.stdout }), 'line')) as [string];
  return { replay, ...(JSON.parse(line) as { readonly url: string }) };
}

/** The model that stands for a recording. `mode`: what happens to its bytes on the way. */
export function modelOf(id: string, mode?: 'cut' | 'errmid'): string {
  return `case:${id.replaceAll('/', '~')}${mode === undefined ? '' : `@${mode}`}`;
}
