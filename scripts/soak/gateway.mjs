// The built gateway of a soak, with a private database and the probe.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const probe = new URL('probe.mjs', import.meta.url).href;
const adminKey = 'an-admin-key-for-the-soak-and-nothing-else';

export async function startGateway({ upstream, tokenUrl }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'maestro-soak-'));
  const child = spawn(process.execPath, ['--expose-gc', '--import', probe, main], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      MAESTRO_LOG_FORMAT: 'json',
      MAESTRO_DATA_DIR: dataDir,
      MAESTRO_ADMIN_KEY: adminKey,
      MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'true',
      OPENAI_BASE_URL: `${upstream}/v1`,
      GEMINI_OAUTH_CLIENT_ID: 'a-client',
      GEMINI_OAUTH_CLIENT_SECRET: 'of-our-own',
      GEMINI_OAUTH_TOKEN_URL: tokenUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const url = await addressOf(child);
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  return {
    url,
    headers,
    /** @returns the status and the JSON of an answer of the native API */
    async api(method, path, body) {
      const response = await fetch(`${url}/api${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
      const text = await response.text();
      return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) };
    },
    async sample() {
      child.send('sample');
      const [sample] = await once(child, 'message', { signal: AbortSignal.timeout(60_000) });
      return sample;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await exited;
      rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

function addressOf(child) {
  return new Promise((resolve, reject) => {
    let told = '';
    let errors = '';
    child.stderr.on('data', (piece) => {
      errors = `${errors}${String(piece)}`.slice(-2_000);
    });
    // Read on for ever: a log that nobody reads stands in the gateway's way.
    child.stdout.on('data', (piece) => {
      if (told === undefined) return;
      told += String(piece);
      const [, url] = /"url":"([^"]+)"/.exec(told) ?? [];
      if (url === undefined) return;
      told = undefined;
      resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${String(code)}: ${errors}`)));
  });
}
