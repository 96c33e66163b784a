import { setTimeout as pause } from 'node:timers/promises';

import type { TestGateway } from './start-gateway.js';
import { until } from './until.js';

/** What clients of a gateway saw while its database was away for a moment. */
export interface OutageReport {
  /** Names of sessions that the gateway said it had made. */
  readonly acknowledged: readonly string[];
  readonly answered: number;
  /** Told that the database is away, and when to come again. */
  readonly refused: number;
  /** Any other end of a request. */
  readonly wrong: readonly string[];
  /** Milliseconds from the moment when the database took connections until reading and writing worked again. */
  readonly backAfterMs: number;
  /** Milliseconds of the longest answer. */
  readonly longestMs: number;
}

export interface OutageTrial {
  /** What the names of its sessions begin with. */
  readonly name: string;
  readonly workers: number;
  /** Acknowledged writes before the outage, and again after it. */
  readonly writes: number;
  /** Resolves when the database is back. */
  readonly outage: () => Promise<void>;
}

const kinds = ['write', 'read'] as const;

/** Clients write and read at a gateway, the database goes away and comes back, and they go on. */
export async function outageTrial(gateway: TestGateway, trial: OutageTrial): Promise<OutageReport> {
  const { name, workers, writes, outage } = trial;
  const seen = { answered: 0, refused: 0, longestMs: 0, readyAt: Infinity, isOver: false };
  const acknowledged: string[] = [];
  const wrong: string[] = [];
  const backAt = { write: Infinity, read: Infinity };
  let begun = 0;

  const one = async (): Promise<void> => {
    begun += 1;
    const kind = kinds[begun % 2] ?? 'read';
    const session = `${name}_${String(begun)}`;
    const at = performance.now();
    const answer = await (kind === 'write' ? write(gateway, session) : gateway.call('GET', `/api/sessions?limit=1`)).catch(
      (error: unknown) => String(error),
    );
    seen.longestMs = Math.max(seen.longestMs, performance.now() - at);
    if (typeof answer !== 'string' && (answer.status === 200 || answer.status === 201)) {
      seen.answered += 1;
      if (kind === 'write') acknowledged.push(session);
      if (at >= seen.readyAt) backAt[kind] = Math.min(backAt[kind], performance.now());
    } else if (typeof answer !== 'string' && answer.status === 503 && answer.headers.get('retry-after') !== null) seen.refused += 1;
    else wrong.push(typeof answer === 'string' ? answer : `${String(answer.status)} ${answer.text}`);
  };
  const work = async (): Promise<void> => {
    while (!seen.isOver) {
      await one();
      await pause(10);
    }
  };
  const load = Promise.all(Array.from({ length: workers }, work));

  await until(() => acknowledged.length >= writes, 30);
  await outage();
  seen.readyAt = performance.now();
  await until(() => backAt.write < Infinity && backAt.read < Infinity, 30);
  const before = acknowledged.length;
  await until(() => acknowledged.length >= before + writes, 30);
  seen.isOver = true;
  await load;
  const { answered, refused, longestMs, readyAt } = seen;
  return { acknowledged, answered, refused, wrong, longestMs, backAfterMs: Math.max(backAt.write, backAt.read) - readyAt };
}

function write(gateway: TestGateway, name: string): ReturnType<TestGateway['call']> {
  const body = { provider: 'deepseek', authType: 'api_key', name, credentials: { apiKey: `sk-${name.padEnd(32, '0')}` } };
  return gateway.call('POST', '/api/sessions', { body });
}
