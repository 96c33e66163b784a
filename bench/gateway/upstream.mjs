// Mock providers of three wires on one loopback port, in a process of its own. The key tells how to answer: `d100` is a stream
// of 100 deltas as fast as it goes, four a turn of the loop; `d100p20` one delta every 20 ms. A request without `stream` is
// answered whole.
import http from 'node:http';
import { setImmediate } from 'node:timers';

import { frames, wholes } from './wires.mjs';

const perTurn = 4;
const kept = new Map();

function framesOf(wire, count) {
  const key = `${wire}:${String(count)}`;
  const made = kept.get(key) ?? frames[wire](count).map((text) => Buffer.from(text));
  kept.set(key, made);
  return made;
}

const whole = Buffer.from(JSON.stringify(wholes.openai()));

const server = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mock');
  const wire = pathname.includes(':') ? 'gemini' : pathname.endsWith('/messages') ? 'anthropic' : 'openai';
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const wants = wire === 'gemini' ? searchParams.get('alt') === 'sse' : Buffer.concat(pieces).includes('"stream":true');
    if (!wants) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      response.end(whole);
      return;
    }
    const { count, pace } = scriptOf(request.headers);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    const all = framesOf(wire, count);
    if (pace > 0) paced(response, all, pace);
    else burst(response, all, 0);
  });
});

function scriptOf({ authorization = '', 'x-api-key': key = '', 'x-goog-api-key': goog = '' }) {
  const [, count = '100', pace = '0'] = /d(\d+)(?:p(\d+))?$/.exec(`${authorization}${key}${goog}`) ?? [];
  return { count: Number(count), pace: Number(pace) };
}

function burst(response, all, at) {
  if (response.destroyed) return;
  for (const frame of all.slice(at, at + perTurn)) response.write(frame);
  if (at + perTurn >= all.length) response.end();
  else setImmediate(burst, response, all, at + perTurn);
}

function paced(response, all, pace) {
  let at = 0;
  const timer = setInterval(() => {
    response.write(all[at]);
    at += 1;
    if (at === all.length) response.end();
    if (at === all.length || response.destroyed) clearInterval(timer);
  }, pace);
  response.on('close', () => {
    clearInterval(timer);
  });
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
