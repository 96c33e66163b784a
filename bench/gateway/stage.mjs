// What every measurement of gateways needs: the mock providers, the load, and the targets that answer as they should.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { cpuOf, ready, started, stopped } from './processes.mjs';
import { scenarios } from './targets.mjs';
import { chatRequest, chatText, expectedText } from './wires.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Calls `play` with a stage, and clears it away whatever happens. */
export async function onStage(play) {
  const upstream = await started(here('upstream.mjs'));
  const load = fork(here('load.mjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await ready(load, 10_000);
  try {
    return await play({ upstream: `http://127.0.0.1:${String(upstream.message.port)}`, load });
  } finally {
    load.kill();
    await stopped(upstream.child);
  }
}

/** Starts targets, proves that each answers what it should, and stops them at the end. One that cannot serve is named with the reason. */
export async function withTargets(targets, { upstream, scenario, key, deltas = 100, maestro }, play) {
  const running = [];
  const missing = {};
  try {
    for (const target of targets.filter(({ serves }) => serves.includes(scenario))) {
      try {
        const server = await target.start({ upstream, key, wire: scenarios[scenario].wire, maestro });
        running.push({ name: target.name, server });
        await proved(server, scenario, deltas);
      } catch (error) {
        missing[target.name] = String(error instanceof Error ? error.message : error).slice(0, 300);
      }
    }
    return { played: await play(running.filter(({ name }) => missing[name] === undefined)), missing };
  } finally {
    for (const { server } of running) await server.stop();
  }
}

/** A target that answers something else, or less, is not measured. */
async function proved(server, scenario, deltas) {
  const { stream } = scenarios[scenario];
  const { path, headers, model } = server.ask(scenario);
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: chatRequest(model, stream) });
  const body = await response.text();
  const text = response.ok ? chatText(body, stream) : undefined;
  if (text !== expectedText(deltas)) throw new Error(`answers ${String(response.status)} and not what was said: ${body.slice(0, 160)}`);
}

/** One job of the load at a server. @returns what the load tells, and the processor time of the server's processes in µs */
export async function loadOn(load, server, scenario, job) {
  const { stream } = scenarios[scenario];
  const { path, headers, model } = server.ask(scenario);
  const before = server.pid === undefined ? undefined : cpuOf(server.pid);
  const result = await loaded(load, { url: server.url, path, headers, body: chatRequest(model, stream), ...job });
  if (result.failures > 0) throw new Error(`${String(result.failures)} of ${String(job.requests)} requests failed`);
  return { ...result, cpuMicros: before === undefined ? undefined : (cpuOf(server.pid) - before) / 1_000 };
}

function loaded(load, job) {
  return new Promise((resolve, reject) => {
    load.once('message', ({ result, error }) => {
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    });
    load.send(job);
  });
}
