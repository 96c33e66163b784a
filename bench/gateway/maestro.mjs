// Maestro as a team runs it: the built gateway with a database of its own, callers with keys and grants, sealed sessions, usage.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { stopped } from './processes.mjs';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const adminKey = 'an-admin-key-for-the-benchmark-and-nothing-else';

/** @param keptDataDir of a gateway that was here before; it is asked nothing and its folder stays */
export async function startMaestro({ upstream, key, env = {}, nodeOptions = [], onLine, keptDataDir }) {
  const dataDir = keptDataDir ?? mkdtempSync(join(tmpdir(), 'maestro-bench-'));
  const begun = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, main], {
    env: {
      ...withoutSettings(process.env),
      PORT: '0',
      MAESTRO_LOG_FORMAT: 'json',
      MAESTRO_DATA_DIR: dataDir,
      MAESTRO_ADMIN_KEY: adminKey,
      MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'true',
      MAESTRO_MAX_ANSWERS: '5000',
      OPENAI_BASE_URL: `${upstream}/v1`,
      ANTHROPIC_BASE_URL: upstream,
      GEMINI_BASE_URL: upstream,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await addressOf(child, onLine);
  const startMs = performance.now() - begun;
  if (keptDataDir !== undefined) return { pid: child.pid, url, dataDir, startMs, stop: () => stopped(child) };
  const api = async (path, body) => {
    const response = await fetch(`${url}/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
    return response.json();
  };
  const caller = await api('/callers', { name: 'bench', scopes: ['chat'] });
  for (const provider of ['openai', 'anthropic', 'gemini']) {
    await api('/sessions', { provider, authType: 'api_key', name: 'work', credentials: { apiKey: key } });
    await api(`/callers/${caller.id}/grants`, { provider, authType: 'api_key', name: 'work' });
  }
  const providers = { json: 'openai', stream: 'openai', 'from-anthropic': 'anthropic', 'from-gemini': 'gemini' };
  return {
    pid: child.pid,
    url,
    dataDir,
    startMs,
    api,
    callerKey: caller.key,
    ask: (scenario) => ({
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${caller.key}` },
      model: `${providers[scenario]}:work/bench-model`,
    }),
    stop: async ({ keeping = false } = {}) => {
      await stopped(child);
      if (!keeping) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What somebody set for a gateway of theirs is none of the bench's business. */
function withoutSettings(environment) {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(MAESTRO|OPENAI|ANTHROPIC|GEMINI|DATABASE|OTEL)_/.test(name)),
  );
}

function addressOf(child, onLine) {
  return new Promise((resolve, reject) => {
    let told = '';
    let errors = '';
    child.stderr.on('data', (piece) => {
      errors = `${errors}${String(piece)}`.slice(-2_000);
    });
    child.stdout.on('data', (piece) => {
      // Read on for ever: a log that nobody reads stands in the gateway's way.
      if (told === 'found') {
        onLine?.(String(piece));
        return;
      }
      told += String(piece);
      const [, url] = /"url":"([^"]+)"/.exec(told) ?? [];
      if (url === undefined) return;
      told = 'found';
      resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${String(code)}: ${errors}`)));
  });
}
