import 'reflect-metadata';

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';

import { builtInProvidersFolder } from './built-in-providers.js';
import { loadEnvironment } from './config/environment.js';
import { environmentNameOf } from './contracts/manifest.js';
import type { ProviderSimulator, RunningSimulator } from './contracts/simulator.js';
import type { MessageEnd, StreamEvent } from './contracts/stream-event.js';
import { sseDecoder } from './kit/sse-decoder.js';
import { PinoLogger } from './observability/pino-logger.js';
import { secretFilter } from './observability/secret-filter.js';
import type { Gateway } from './start-gateway.js';
import { startGateway } from './start-gateway.js';
import { loadSimulators } from './testing/load-simulators.js';

/** Milliseconds between two tokens of a simulator: about as fast as a model writes. */
const pace = 45;
const width = 76;

const print = (text: string): void => void process.stdout.write(text);
type Style = Parameters<typeof styleText>[0];
const styled = (style: Style, text: string): string => (process.stdout.isTTY ? styleText(style, text) : text);
const dim = (text: string): string => styled('dim', text);

interface Stand {
  readonly simulator: ProviderSimulator;
  readonly running: RunningSimulator;
}

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'maestro-demo-'));
  // Started by root, the private PostgreSQL runs as another user, who must be able to enter.
  chmodSync(dataDir, 0o755);
  const simulators = (await loadSimulators(builtInProvidersFolder)).filter(({ demo }) => demo.isShown === true);
  const stands = await Promise.all(
    simulators.map(async (simulator) => ({ simulator, running: await simulator.start({ apiKey: simulator.apiKey, pace }) })),
  );
  let gateway: Gateway | undefined;
  try {
    print(`\n  ${styled('bold', 'Maestro')} ${dim('· one interface to every LLM provider, with named sessions')}\n\n`);
    print(dim('  starting a gateway with a private PostgreSQL and a simulator for each provider …\n'));
    gateway = await startedOn(dataDir, stands);
    const { url, newAdminKey } = gateway;
    print(`  ${dim('gateway')}  ${url}\n`);
    const api = apiOf(url, newAdminKey?.reveal() ?? '');
    for (const { simulator } of stands) {
      await api.createSession(simulator);
      await show(simulator, api);
    }
    print(`\n  ${dim('Three providers, three wires, one request and one stream of events. Nothing was left behind.')}\n\n`);
  } finally {
    await gateway?.stop();
    await Promise.all(stands.map(({ running }) => running.close()));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function startedOn(dataDir: string, stands: readonly Stand[]): Promise<Gateway> {
  const environment = loadEnvironment({
    PORT: '0',
    HOST: '127.0.0.1',
    MAESTRO_DATA_DIR: dataDir,
    MAESTRO_DRAIN_MS: '1000',
    ...Object.fromEntries(stands.map(({ simulator, running }) => [environmentNameOf(simulator.provider, 'baseUrl'), running.baseUrl])),
  });
  const filter = secretFilter();
  const logger = new PinoLogger({ level: 'error', format: 'pretty', filter });
  return startGateway({ environment, providersFolders: [builtInProvidersFolder], logger, filter });
}

interface Api {
  createSession(simulator: ProviderSimulator): Promise<void>;
  chat(simulator: ProviderSimulator): AsyncGenerator<StreamEvent>;
}

function apiOf(url: string, key: string): Api {
  const post = async (path: string, body: object): Promise<Response> => {
    const response = await fetch(`${url}/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path} answered ${String(response.status)}: ${await response.text()}`);
    return response;
  };
  return {
    async createSession({ provider, apiKey, demo }) {
      await post('/sessions', { provider, authType: 'api_key', name: demo.session, credentials: { apiKey } });
    },
    async *chat({ provider, demo }) {
      const messages = [{ role: 'user', content: demo.prompt }];
      const { body } = await post('/chat', { provider, session: demo.session, model: demo.model, messages });
      const framing = sseDecoder();
      // A frame of ours is one event of the documented shape.
      const pieces: AsyncIterable<Uint8Array> | null = body;
      if (pieces === null) return;
      for await (const bytes of pieces) for (const { data } of framing.push(bytes)) yield JSON.parse(data) as StreamEvent;
    },
  };
}

async function show(simulator: ProviderSimulator, api: Api): Promise<void> {
  const { provider, demo } = simulator;
  const title = ` ${demo.session} `;
  const about = ` ${provider} · api_key · ${demo.model} `;
  const rule = '─'.repeat(Math.max(2, width - title.length - about.length - 3));
  print(`\n  ${dim('──')}${styled(['bold', 'cyan'], title)}${dim(`${rule}${about}─`)}\n\n`);
  print(`  ${dim('›')} ${demo.prompt}\n\n  `);
  const begin = performance.now();
  let firstToken: number | undefined;
  let end: MessageEnd | undefined;
  const wrap = wrapper();
  for await (const event of api.chat(simulator)) {
    if (event.type === 'text-delta') {
      firstToken ??= performance.now() - begin;
      print(wrap(event.text));
    }
    if (event.type === 'message-end') end = event;
  }
  const tokens = end?.usage === undefined ? '' : ` · ${String(end.usage.input ?? '?')} tokens in, ${String(end.usage.output ?? '?')} out`;
  const timing = `first token after ${(firstToken ?? 0).toFixed(0)} ms`;
  print(`\n\n  ${styled('green', '✓')} ${dim(`${end?.reason ?? 'no end'}${tokens} · ${timing}`)}\n`);
}

/** Breaks lines between words as they arrive, so that a long answer stays inside its frame. */
function wrapper(): (text: string) => string {
  let column = 0;
  return (text) =>
    text
      .split(/(?<=\s)/)
      .map((word) => {
        const isFull = column > 0 && column + word.trimEnd().length > width;
        column = isFull ? word.length : column + word.length;
        return isFull ? `\n  ${word}` : word;
      })
      .join('');
}

await main();
