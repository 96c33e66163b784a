import { once } from 'node:events';
import { connect } from 'node:net';

import fc from 'fast-check';
import { Pool } from 'undici';

import type { FuzzTarget } from './fuzz-target.js';
import type { FuzzedRequest } from './request-grammar.js';
import { requestsOf } from './request-grammar.js';

export interface RequestReport {
  readonly requests: number;
  /** How many were answered with which status; `closed` where bytes were no request. */
  readonly answers: Readonly<Record<string, number>>;
  /** What must never happen, with the seed that plays its batch again. */
  readonly findings: readonly string[];
  readonly perSecond: number;
  /** Milliseconds of the requests that were whole. */
  readonly p99: number;
}

export interface RequestLimits {
  readonly requests: number;
  /** Ends earlier where it takes longer than so many milliseconds. */
  readonly within?: number;
}

const batch = 250;
const atOnce = 16;
/** Nobody's answer takes so long: what does is taken for one that never comes. */
const patience = 60_000;

/** Sends mutated requests to a gateway, some at a time; after each batch it must still serve. Batch n has the seed + n. */
export async function fuzzRequests(
  target: FuzzTarget,
  seed: number,
  { requests, within = Infinity }: RequestLimits,
): Promise<RequestReport> {
  const pool = new Pool(target.url, { connections: atOnce, headersTimeout: patience, bodyTimeout: patience });
  const grammar = requestsOf({ good: target.adminKey });
  const answers: Record<string, number> = {};
  const findings: string[] = [];
  const times: number[] = [];
  const begin = performance.now();
  let sent = 0;
  for (let round = 0; sent < requests && findings.length < 10 && performance.now() - begin < within; round += 1) {
    const batchSeed = seed + round;
    const waiting = [...fc.sample(grammar, { seed: batchSeed, numRuns: Math.min(batch, requests - sent) }).entries()];
    sent += waiting.length;
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [index, request] = next;
        const began = performance.now();
        const { answer, fault } = await answerTo(target, pool, request).catch((error: unknown) => ({
          answer: 'lost',
          fault: String(error),
        }));
        if (request.kind === 'http') times.push(performance.now() - began);
        answers[answer] = (answers[answer] ?? 0) + 1;
        if (fault !== undefined) findings.push(`seed ${String(batchSeed)}, request ${String(index)}: ${fault}: ${shown(request)}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/health/live' });
    await body.dump();
    if (statusCode !== 200) findings.push(`seed ${String(batchSeed)}: the gateway does not live any more`);
  }
  const seconds = (performance.now() - begin) / 1_000;
  await pool.close();
  findings.push(...target.errors());
  const sorted = times.toSorted((one, other) => one - other);
  const p99 = Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
  return { requests: sent, answers, findings, perSecond: Math.round(sent / seconds), p99 };
}

interface Told {
  readonly answer: string;
  readonly fault?: string;
}

async function answerTo(target: FuzzTarget, pool: Pool, request: FuzzedRequest): Promise<Told> {
  if (request.kind === 'http') {
    const { method, path, headers, body } = request;
    const answer = await pool.request({ method, path, headers, ...(body.length > 0 && { body }) });
    return judged(String(answer.statusCode), await answer.body.text());
  }
  const port = request.kind === 'raw' ? Number(new URL(target.url).port) : target.rpcPort;
  const text = await exchanged(port, request.pieces);
  if (request.kind === 'raw') return judged(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 'closed', text);
  const code = /"err":\{[^]*?"status":(\d+)/.exec(text)?.[1];
  return judged(text === '' ? 'closed' : `message ${code ?? 'answered'}`, text);
}

/** A failure of the gateway is a fault, whatever was asked; an upstream that failed and a database that is away are told as such. */
function judged(answer: string, text: string): Told {
  const status = Number(/\d{3}$/.exec(answer)?.[0] ?? 0);
  const isDeclared =
    status < 500 || (status !== 501 && /upstream|database\.unavailable|gateway\.stopping|"code":"login\.|oauth\.misconfigured/.test(text));
  return isDeclared && !/"code":"internal"/.test(text) ? { answer } : { answer, fault: `${answer} ${text.slice(0, 300)}` };
}

async function exchanged(port: number, pieces: readonly Buffer[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.setTimeout(patience, () => socket.destroy(new Error('silence')));
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  socket.end();
  await closed;
  if (socket.errored?.message === 'silence') throw new Error('no answer and no end');
  return text;
}

function shown(request: FuzzedRequest): string {
  if (request.kind !== 'http') return `${request.kind} ${JSON.stringify(Buffer.concat(request.pieces).toString('latin1').slice(0, 600))}`;
  return `${request.method} ${request.path} ${JSON.stringify(request.headers)} ${request.body.toString('latin1').slice(0, 600)}`;
}
