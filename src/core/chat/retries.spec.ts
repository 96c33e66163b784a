import type { ErrorCode, ErrorParameters } from '../../contracts/errors/catalogue.js';
import type { MaestroErrorOptions } from '../../contracts/errors/maestro-error.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { openedWithRetries, systemRetryMeans } from './retries.js';

const from = { provider: 'whole' };
const overloaded = (options?: MaestroErrorOptions): MaestroError => new MaestroError('upstream.overloaded', from, options);

function failing<Code extends ErrorCode>(code: Code, parameters: ErrorParameters<Code>, options?: MaestroErrorOptions): MaestroError {
  return new MaestroError(code, parameters, options);
}

describe('opening an answer', () => {
  const waits: number[] = [];
  const never = new AbortController().signal;

  /** Fails as it is told, once each, then succeeds. */
  const opened = async (failures: readonly unknown[], retries = 2, random = 0.5, signal = never): Promise<string> => {
    waits.length = 0;
    let asked = 0;
    const wait = async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
    };
    const open = async (): Promise<string> => {
      asked += 1;
      if (asked <= failures.length) throw failures[asked - 1];
      return `asked ${String(asked)} times`;
    };
    return openedWithRetries(open, { retries, signal, means: { random: () => random, wait }, onRetry: () => undefined });
  };

  it.each<[string, MaestroError]>([
    ['no connection', failing('upstream.unreachable', { origin: 'https://api.example', reason: 'ECONNREFUSED' })],
    ['no connection in time', failing('upstream.timeout', { origin: 'https://api.example', phase: 'connecting' })],
    ['a rate limit', failing('upstream.rate-limited', from)],
    ['overload', overloaded()],
    ['408', failing('upstream.failed', { ...from, status: 408 })],
    ['500', failing('upstream.failed', { ...from, status: 500 })],
  ])('is tried again after %s', async (_what, failure) => {
    await expect(opened([failure])).resolves.toBe('asked 2 times');
  });

  it.each<[string, unknown]>([
    ['no quota', failing('upstream.quota-exhausted', from, { isRetryable: true })],
    ['a conversation that is too long', failing('upstream.context-too-long', from)],
    ['an invalid request', failing('upstream.invalid-request', { ...from, status: 400, reason: 'bad' })],
    ['a dead credential', failing('session.credential-rejected', { ...from, status: 401 })],
    ['a failure that the provider calls final', failing('upstream.failed', { ...from, status: 500 }, { isRetryable: false })],
    ['silence after the request was sent', failing('upstream.timeout', { origin: 'o', phase: 'waiting for the answer' })],
    ['a connection that broke', failing('upstream.disconnected', { origin: 'o' })],
    ['an answer that ended too soon', failing('upstream.truncated', from)],
    ['a page instead of a stream', failing('upstream.wrong-content-type', { ...from, contentType: 'text/html' })],
    ['a failure of our own that may pass', failing('database.unavailable', {})],
    ['a bug', new Error('bug')],
  ])('is not tried again after %s', async (_what, failure) => {
    await expect(opened([failure])).rejects.toBe(failure);
    expect(waits).toEqual([]);
  });

  it('is tried three times in all, and fails as it failed last', async () => {
    const last = overloaded();
    await expect(opened([overloaded(), overloaded(), last])).rejects.toBe(last);
    await expect(opened([overloaded(), overloaded()])).resolves.toBe('asked 3 times');
  });

  it('is tried once where retries are off', async () => {
    await expect(opened([overloaded()], 0)).rejects.toMatchObject({ code: 'upstream.overloaded' });
    expect(waits).toEqual([]);
  });

  it.each([
    [0, [0, 0]],
    [0.5, [250, 500]],
    [0.999, [499, 999]],
  ])('waits any part of a pause that doubles: %d', async (random, expected) => {
    await opened([overloaded(), overloaded()], 2, random);
    expect(waits).toEqual(expected);
  });

  it('waits at least as long as the provider asks', async () => {
    await opened([overloaded({ retryAfterMs: 7000 }), overloaded({ retryAfterMs: 60_000 })]);
    expect(waits).toEqual([7250, 60_500]);
  });

  it('fails at once, with the delay, where the provider asks for more than a minute', async () => {
    await expect(opened([overloaded({ retryAfterMs: 60_001 })])).rejects.toMatchObject({ retryAfterMs: 60_001 });
    expect(waits).toEqual([]);
  });

  it('is not tried again for a caller who left', async () => {
    await expect(opened([overloaded()], 2, 0.5, AbortSignal.abort())).rejects.toMatchObject({ code: 'upstream.overloaded' });
    expect(waits).toEqual([]);
  });

  it('stops waiting when the caller leaves', async () => {
    const leaving = new AbortController();
    const waiting = systemRetryMeans.wait(60_000, leaving.signal);
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await systemRetryMeans.wait(1, never);
    expect(systemRetryMeans.random()).toBeLessThan(1);
  });
});
