// The figures that the story asks for, and what a session costs from memory: facade, look-up, discovery, registry, cache.
import { setTimeout as pause } from 'node:timers/promises';

import { AuthorisedClients } from '../dist/core/sessions/authorised-client.js';
import { loadProviders } from '../dist/discovery/provider-loader.js';
import { builtInProvidersFolder, localCaller, Secret, Sessions } from '../dist/index.js';
import { onStage } from './gateway/stage.mjs';
import { startLibrary } from './in-process/library.mjs';
import { summary, table } from './measure.mjs';

const address = { provider: 'openai', session: 'work' };
const options = { model: 'bench-model', providerOptions: { openai: { api: 'chat-completions' } } };
const messages = [{ role: 'user', content: 'Hello' }];
/** Characters of each of two tokens. */
const tokenLength = 1_000;
const registrySessions = 500;

export async function benchStory({ rounds }) {
  const begun = performance.now();
  const { definitions } = await loadProviders({ folders: [builtInProvidersFolder], packages: [], packagesFrom: process.cwd() });
  const discoveryMs = performance.now() - begun;
  const figures = await onStage(async ({ upstream }) => {
    const { app, maestro, stop } = await startLibrary({ upstream, key: 'sk-bench-key-of-some-length-d1' });
    try {
      const clients = app.get(AuthorisedClients, { strict: false });
      return {
        facade: await facadeTimes(maestro, rounds * 60),
        cacheHit: await hitTimes(clients, rounds * 5_000),
        bytesASession: await memoryOfSessions(app.get(Sessions, { strict: false }), clients),
      };
    } finally {
      await stop();
    }
  });
  const facade = summary(figures.facade);
  const hit = summary(figures.cacheHit);
  const sessionsIn10Mb = figures.bytesASession === undefined ? undefined : 10e6 / figures.bytesASession;
  table('The story’s own figures', [
    { figure: 'facade: streamChat to its first event, of it ours', p50: `${facade.p50.toFixed(2)} ms`, p99: `${facade.p99.toFixed(2)} ms` },
    { figure: 'a named session, opened from memory', p50: `${hit.p50.toFixed(2)} µs`, p99: `${hit.p99.toFixed(2)} µs` },
    { figure: `discovery of ${String(definitions.length)} providers, cold`, p50: `${discoveryMs.toFixed(0)} ms`, p99: '–' },
    {
      figure: 'open sessions of 2 KB that 10 MB hold',
      p50: sessionsIn10Mb === undefined ? 'needs --expose-gc' : sessionsIn10Mb.toFixed(0),
      p99: '–',
    },
  ]);
  return { ...figures, discoveryMs, providers: definitions.length };
}

/** Whole calls to the loopback mock, less what the same request takes without Maestro is not asked here: the whole is an upper bound. */
async function facadeTimes(maestro, times) {
  const samples = [];
  for (let time = -100; time < times; time += 1) {
    const begin = performance.now();
    const stream = await maestro.streamChat('openai', 'work', messages, options);
    if (time >= 0) samples.push(performance.now() - begin);
    for await (const event of stream) if (event.type === 'error') throw new Error('the stream failed');
  }
  return samples;
}

async function hitTimes(clients, times) {
  const samples = [];
  for (let time = -2_000; time < times; time += 1) {
    const begin = process.hrtime.bigint();
    await clients.open(localCaller, 'chat', address);
    if (time >= 0) samples.push(Number(process.hrtime.bigint() - begin) / 1000);
  }
  return samples;
}

/** Bytes of the heap for each opened session with a secret of 2 KB. */
async function memoryOfSessions(sessions, clients) {
  if (globalThis.gc === undefined) return undefined;
  for (let number = 0; number < registrySessions; number += 1) {
    const token = () => Secret.of(`${String(number).padStart(6, '0')}${'t'.repeat(tokenLength - 6)}`);
    const credentials = { authType: 'oauth', accessToken: token(), refreshToken: token() };
    await sessions.createNamedSession('gemini', 'oauth', `session_${String(number)}`, credentials);
  }
  await pause(200);
  const before = heap();
  for (let number = 0; number < registrySessions; number += 1) {
    await clients.open(localCaller, 'chat', { provider: 'gemini', session: `session_${String(number)}` });
  }
  return (heap() - before) / registrySessions;
}

function heap() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
