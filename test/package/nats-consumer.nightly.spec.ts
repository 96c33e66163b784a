import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ClientNats } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';

import { describeWithBroker, startBroker } from '../support/brokers.js';
import { runNode } from '../support/built-tool.js';
import { startTestGateway } from '../support/start-gateway.js';

jest.setTimeout(180_000);

const root = process.cwd();

/** The example, compiled against the built package. */
async function compiledExample(folder: string): Promise<string> {
  const source = join(root, 'examples/nats-consumer');
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  mkdirSync(join(folder, 'src'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  symlinkSync(root, join(modules, 'maestro-llm'));
  writeFileSync(join(folder, 'package.json'), readFileSync(join(source, 'package.json')));
  const files = readdirSync(join(source, 'src')).map((name) => {
    writeFileSync(join(folder, 'src', name), readFileSync(join(source, 'src', name)));
    return join(folder, 'src', name);
  });
  const { compilerOptions } = JSON.parse(readFileSync(join(source, 'tsconfig.json'), 'utf8')) as { readonly compilerOptions: object };
  const options = { ...compilerOptions, rootDir: join(folder, 'src'), outDir: join(folder, 'dist'), typeRoots: [join(modules, '@types')] };
  const { exitCode, output } = await runNode([join(root, 'test/support/check-types.mjs'), JSON.stringify([{ files, options }])]);
  if (exitCode !== 0) throw new Error(output);
  return join(folder, 'dist/main.js');
}

/** Resolves when the process has said it. */
async function said(child: ChildProcess, text: string): Promise<void> {
  let heard = '';
  for await (const piece of child.stdout ?? []) {
    heard += String(piece);
    if (heard.includes(text)) return;
  }
  throw new Error(`the process ended without a word of ${text}: ${heard}`);
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

describeWithBroker('nats', 'the example of a consumer on NATS', () => {
  it('answers questions through a gateway elsewhere, tells its errors, and ends when it is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'maestro-consumer-'));
    const gateway = await startTestGateway({ MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0' });
    const nats = await startBroker('nats');
    const asking = new ClientNats({ servers: [nats.url] });
    let consumer: ChildProcess | undefined;
    try {
      const [[provider, simulator] = []] = [...gateway.simulators];
      if (provider === undefined || simulator === undefined) throw new Error('there is no simulator');
      const { apiKey, demo } = simulator;
      const session = { provider, authType: 'api_key', name: 'work', credentials: { apiKey } };
      expect(await gateway.call('POST', '/api/sessions', { body: session })).toMatchObject({ status: 201 });
      const env: NodeJS.ProcessEnv = {
        ...{ PATH: process.env['PATH'], NATS_URL: nats.url, MAESTRO_URL: gateway.gateway.rpcAddresses[0], MAESTRO_KEY: gateway.adminKey },
        ...{ LLM_PROVIDER: provider, LLM_SESSION: 'work', LLM_MODEL: demo.model },
      };
      consumer = spawn(process.execPath, [await compiledExample(folder)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      await said(consumer, 'listening');
      const { answer } = await lastValueFrom(asking.send<{ readonly answer: string }>('assistant.ask', { question: 'Hello?' }));
      expect(answer.length).toBeGreaterThan(1);

      expect(await gateway.call('DELETE', `/api/sessions/${provider}/api_key/work`)).toMatchObject({ status: 204 });
      await expect(lastValueFrom(asking.send('assistant.ask', { question: 'Still there?' }))).rejects.toMatchObject({
        code: 'session.not-found',
      });

      consumer.kill('SIGTERM');
      await ended(consumer);
      expect(consumer.signalCode).toBe('SIGTERM');
    } finally {
      await asking.close();
      consumer?.kill('SIGKILL');
      await nats.close();
      await gateway.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
