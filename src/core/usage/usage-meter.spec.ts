import { randomUUID } from 'node:crypto';

import { Logger } from '@nestjs/common';

import { aCaller, aSessionRecord } from '../../../test/support/a-session.js';
import { CapturedLog } from '../../../test/support/captured-log.js';
import { InMemoryUsageStore } from '../../../test/support/in-memory-usage-store.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { systemClock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ObservedChat, StreamOutcome } from '../chat/stream-observer.port.js';
import { UsageMeter } from './usage-meter.js';

const session = aSessionRecord();
const finished: StreamOutcome = { kind: 'finished' };
const away = new MaestroError('database.unavailable', {});

describe('the usage meter', () => {
  let clock: StillClock;
  let store: InMemoryUsageStore;
  let meter: UsageMeter;
  let log: CapturedLog;
  beforeEach(() => {
    jest.useFakeTimers();
    log = new CapturedLog();
    Logger.overrideLogger(log);
    clock = new StillClock();
    store = new InMemoryUsageStore();
    meter = new UsageMeter(store, clock);
  });
  afterEach(() => {
    jest.useRealTimers();
    Logger.overrideLogger(false);
  });

  const observed = (special: Partial<ObservedChat> = {}) =>
    meter.observerOf({ streamId: randomUUID(), operation: 'chat', caller: aCaller(['chat'], '*'), session, model: 'm', ...special });

  function count(special: Partial<ObservedChat> = {}, outcome = finished, ...events: readonly StreamEvent[]): void {
    const observer = observed(special);
    for (const event of events) observer.milestone?.(event);
    observer.end?.(outcome);
  }

  it('sums up what was alike within an hour, and writes it after two seconds', async () => {
    const observer = observed();
    clock.advance(30);
    observer.milestone?.({ type: 'message-start', model: 'm' });
    clock.advance(20);
    observer.milestone?.({ type: 'text-delta', part: 0, text: 'Hi' });
    observer.milestone?.({ type: 'usage', input: 7, output: 1 });
    clock.advance(50);
    observer.milestone?.({ type: 'message-end', reason: 'stop', usage: { input: 7, output: 9, reasoning: 4, cacheRead: 5 } });
    observer.end?.(finished);
    count();
    await jest.advanceTimersByTimeAsync(1_999);
    expect(store.entries).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);

    expect(store.entries).toEqual([
      {
        ...{ hour: new Date('2026-03-01T10:00:00Z'), callerId: 'c1', callerName: 'team', sessionId: session.id, sessionName: 'work_key' },
        ...{ provider: 'whole', authType: 'api_key', model: 'm', operation: 'chat', outcome: 'finished', requests: 2 },
        tokens: { input: 7, output: 9, cacheRead: 5, cacheWrite: 0, reasoning: 4, toolUsePrompt: 0 },
        ...{ latencyMs: 100, slowestMs: 100, firstMs: 50, firsts: 1 },
      },
    ]);
  });

  it('tells apart how answers ended, with the tokens of those that broke off', async () => {
    count({}, { kind: 'left' }, { type: 'usage', input: 3 });
    count({}, { kind: 'failed', error: new MaestroError('request.cancelled', {}) });
    count({}, { kind: 'failed', error: new MaestroError('upstream.overloaded', { provider: 'whole' }) }, { type: 'usage', input: 4 });
    count({}, { kind: 'failed', error: new Error('a fault of ours') });
    count({}, { kind: 'failed', error: new MaestroError('operation.unsupported', { provider: 'whole', operation: 'chat' }) });
    await meter.flush();

    expect(store.entries.map(({ outcome, requests, tokens }) => [outcome, requests, tokens.input])).toEqual([
      ['left', 2, 3],
      ['upstream.overloaded', 1, 4],
      ['internal', 1, 0],
    ]);
  });

  it('takes no number of tokens that is none', async () => {
    const usage = { input: -1, output: 1.5, cacheRead: Number.NaN, cacheWrite: 1e300, reasoning: 2 };
    count({}, finished, { type: 'message-end', reason: 'stop', usage });
    await meter.flush();

    expect(store.entries[0]?.tokens).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 2, toolUsePrompt: 0 });
  });

  it('holds few names of models, whatever clients call theirs, and counts every request', async () => {
    const strange = ['nul \0 in it', 'x'.repeat(101), '\ud800', 'line\nbreak'];
    for (const model of strange) count({ model });
    for (let index = 0; index < 20_000; index += 1) count({ model: `model-${String(index)}` });
    for (let index = 0; index < 60; index += 1) count({ model: `model-${String(index)}`, session: aSessionRecord() });
    await meter.flush();

    const ofOne = store.entries.filter(({ sessionId }) => sessionId === session.id);
    expect(new Set(ofOne.map(({ model }) => model)).size).toBe(51);
    expect(ofOne.reduce((sum, { requests }) => sum + requests, 0)).toBe(20_004);
    expect(store.entries.filter(({ sessionId }) => sessionId !== session.id)).toHaveLength(60);
    clock.advance(3_600_000);
    count({ model: 'model-19999' });
    await meter.flush();
    expect(store.entries.at(-1)?.model).toBe('model-19999');
  });

  it('keeps what could not be written, and writes it once, though the database is away for long', async () => {
    count();
    store.failures.push(away, away);
    await jest.advanceTimersByTimeAsync(2_000);
    count({ model: 'later' });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(store.entries).toEqual([]);
    await jest.advanceTimersByTimeAsync(2_000);

    expect(store.entries.map(({ model, requests }) => [model, requests])).toEqual([
      ['m', 1],
      ['later', 1],
    ]);
    expect(log.from('Usage')).toEqual(expect.arrayContaining(['warn Usage: usage could not be written; it is kept and tried again']));
  });

  it('writes the same batch again where nobody knows whether it was written', async () => {
    const ids: string[] = [];
    const add = store.add.bind(store);
    jest.spyOn(store, 'add').mockImplementation(async (batch) => {
      ids.push(batch.id);
      await add(batch);
      if (ids.length === 1) throw away;
    });
    count();
    await meter.flush();
    await meter.flush();

    expect(ids).toEqual([ids[0], ids[0]]);
    expect(store.entries).toHaveLength(1);
  });

  it('holds a bounded number of sums while nothing can be written, and says what it lost', async () => {
    store.failures.push(away);
    count();
    await meter.flush();
    for (let index = 0; index < 10_050; index += 1) count({ caller: { ...aCaller(['chat'], '*'), id: `c${String(index)}` } });
    await meter.flush();

    expect(store.entries).toHaveLength(10_001);
    expect(log.from('Usage')).toEqual(
      expect.arrayContaining(['error Usage: usage of requests was not counted: too much waits to be written']),
    );
  });

  it('costs a request little (the figure is printed, not judged)', async () => {
    jest.useRealTimers();
    const plain = new UsageMeter(store, systemClock);
    const chat = { streamId: 's', operation: 'chat', caller: aCaller(['chat'], '*'), session, model: 'm' } as const;
    const delta = { type: 'text-delta', part: 0, text: 'Hi' } as const;
    const round = (requests: number, events: number): number => {
      const begun = process.cpuUsage();
      for (let request = 0; request < requests; request += 1) {
        const observer = plain.observerOf(chat);
        for (let event = 0; event < events; event += 1) observer.milestone?.(delta);
        observer.milestone?.({ type: 'message-end', reason: 'stop', usage: { input: 7, output: 9 } });
        observer.end?.(finished);
      }
      const { user, system } = process.cpuUsage(begun);
      return (user + system) / requests;
    };
    round(10_000, 0);
    round(10_000, 100);
    const [few, many] = [round(20_000, 0), round(20_000, 100)];
    await plain.close();

    console.info(`usage: ${few.toFixed(2)} µs of processor a request, ${(((many - few) / 100) * 1_000).toFixed(0)} ns an event`);
    expect(store.entries.reduce((sum, { requests }) => sum + requests, 0)).toBe(60_000);
  });

  it('writes at once where there is much, in batches', async () => {
    for (let index = 0; index < 500; index += 1) count({ session: aSessionRecord() });
    await jest.advanceTimersByTimeAsync(0);

    expect([...store.batches.values()].map((batch) => batch.length)).toEqual([500]);
  });

  it('has written everything when it is closed, or says what is lost', async () => {
    count();
    await meter.close();
    expect(store.entries).toHaveLength(1);

    count();
    store.failures.push(away, away);
    await meter.close();
    expect(log.from('Usage')).toEqual(expect.arrayContaining(['error Usage: usage could not be written and is lost']));
    expect(jest.getTimerCount()).toBe(0);
  });
});
