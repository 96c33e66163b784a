// Who is measured, what each can serve, and how each is asked.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startMaestro } from './maestro.mjs';
import { started, stopped } from './processes.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const json = { 'content-type': 'application/json' };
const chatPath = '/v1/chat/completions';

/** @typedef {'json' | 'stream' | 'from-anthropic' | 'from-gemini'} Scenario */

export const scenarios = {
  json: { title: 'JSON request', wire: 'openai', stream: false },
  stream: { title: '100-delta stream', wire: 'openai', stream: true },
  'from-anthropic': { title: 'Anthropic → OpenAI stream', wire: 'anthropic', stream: true },
  'from-gemini': { title: 'Gemini → OpenAI stream', wire: 'gemini', stream: true },
};

/** A target that is one process of ours or another's, the same for every scenario. */
function simple(name, file, serves, ask) {
  return {
    name,
    serves,
    async start({ upstream, key, wire }) {
      if (file.startsWith('targets/portkey') || file.startsWith('targets/llms')) needPeers();
      const { child, message } = await started(here(file), { env: { UPSTREAM: upstream, UPSTREAM_KEY: key, WIRE: wire } });
      return {
        pid: child.pid,
        url: `http://127.0.0.1:${String(message.port)}`,
        ask: (scenario) => ({ path: chatPath, headers: json, model: 'bench-model', ...ask?.({ upstream, key, scenario }) }),
        stop: () => stopped(child),
      };
    },
  };
}

function needPeers() {
  if (!existsSync(here('../peers/node_modules'))) throw new Error('not installed: npm ci --ignore-scripts --prefix bench/peers');
}

const portkeyHosts = { openai: '/v1', anthropic: '/v1', gemini: '/v1beta' };
const portkeyNames = { openai: 'openai', anthropic: 'anthropic', gemini: 'google' };

export const targets = [
  {
    name: 'direct',
    serves: ['json', 'stream'],
    start: async ({ upstream, key }) => ({
      url: upstream,
      ask: () => ({ path: chatPath, headers: { ...json, authorization: `Bearer ${key}` }, model: 'bench-model' }),
      stop: async () => {},
    }),
  },
  { name: 'nginx', serves: ['json', 'stream'], start: startNginx },
  simple('node-fast (floor)', 'targets/node-fast.mjs', ['json', 'stream']),
  simple('normfast (floor)', 'targets/normfast.mjs', ['stream', 'from-anthropic', 'from-gemini']),
  simple('node:http, piped', 'targets/piped.mjs', ['json', 'stream']),
  simple('bare Fastify', 'targets/fastify.mjs', ['json', 'stream']),
  simple('bare Nest', 'targets/nest.mjs', ['json', 'stream']),
  {
    name: 'Maestro',
    serves: ['json', 'stream', 'from-anthropic', 'from-gemini'],
    start: async ({ upstream, key, maestro }) => startMaestro({ upstream, key, ...maestro }),
  },
  simple('@musistudio/llms', 'targets/llms.mjs', ['json', 'stream'], () => ({ model: 'mock,bench-model' })),
  simple('Portkey', 'targets/portkey.mjs', ['json', 'stream', 'from-anthropic', 'from-gemini'], ({ upstream, key, scenario }) => ({
    headers: {
      ...json,
      authorization: `Bearer ${key}`,
      'x-portkey-provider': portkeyNames[scenarios[scenario].wire],
      'x-portkey-custom-host': `${upstream}${portkeyHosts[scenarios[scenario].wire]}`,
    },
  })),
];

async function startNginx({ upstream, key }) {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
  } catch {
    throw new Error('no nginx on this machine');
  }
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-nginx-'));
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
     events { worker_connections 8192; }
     http { access_log off; upstream mock { server ${new URL(upstream).host}; keepalive 128; }
       server { listen 127.0.0.1:${String(port)}; location / {
         proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
         proxy_set_header Authorization "Bearer ${key}"; } } }`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    pid: child.pid,
    url: `http://127.0.0.1:${String(port)}`,
    ask: () => ({ path: chatPath, headers: json, model: 'bench-model' }),
    stop: async () => {
      await stopped(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
