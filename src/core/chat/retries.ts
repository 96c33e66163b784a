import { setTimeout as sleep } from 'node:timers/promises';

import type { ErrorCode } from '../../contracts/errors/catalogue.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** What retrying takes from outside: chance and waiting, so that a test can hold both still. */
export interface RetryMeans {
  /** From 0 up to, and without, 1. */
  random(): number;
  /** Rejects as soon as the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const RetryMeans = Symbol.for('maestro/retry-means');

export const systemRetryMeans: RetryMeans = {
  random: () => Math.random(),
  wait: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal });
  },
};

export interface RetryPolicy {
  /** How often a provider is asked again. */
  readonly retries: number;
  readonly means: RetryMeans;
  readonly signal: AbortSignal;
  readonly onRetry: (failure: MaestroError, waitMs: number) => void;
}

/** More would multiply a provider's overload instead of outliving it. */
export const mostRetries = 2;

/** Milliseconds. A provider that asks for more is not waited for: its answer, with the delay in it, is worth more by then. */
const longestWait = 60_000;

/** Milliseconds; the first pause is a random part of it, the second of twice as much. */
const basePause = 500;

/** After these the provider may have worked on the request, or may take it no better the second time. */
const neverRepeated: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'upstream.disconnected',
  'upstream.malformed',
  'upstream.quota-exhausted',
  'upstream.truncated',
  'upstream.wrong-content-type',
]);

/**
 * Opens an answer, asking again while the provider cannot serve: no connection, 408, 429, 5xx, overload. Full jitter; a delay
 * that the provider names is kept. `open` resolves when the first thing to hand on is there: nothing that was handed on is
 * ever asked for twice.
 */
export async function openedWithRetries<T>(open: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await open();
    } catch (error) {
      const waitMs = retry < policy.retries && !policy.signal.aborted ? pauseAfter(error, retry, policy.means) : undefined;
      if (waitMs === undefined || !MaestroError.is(error)) throw error;
      policy.onRetry(error, waitMs);
      await policy.means.wait(waitMs, policy.signal);
    }
  }
}

/** Milliseconds until the next try; `undefined` where there must be none. */
function pauseAfter(error: unknown, retry: number, means: RetryMeans): number | undefined {
  if (!MaestroError.is(error) || !isRepeatable(error)) return undefined;
  const told = error.retryAfterMs ?? 0;
  if (told > longestWait) return undefined;
  return told + Math.floor(means.random() * basePause * 2 ** retry);
}

function isRepeatable({ code, isRetryable, parameters }: MaestroError): boolean {
  if (!isRetryable || !code.startsWith('upstream.') || neverRepeated.has(code)) return false;
  // A request that was sent may be in work; one that found no connection is not.
  return code !== 'upstream.timeout' || ('phase' in parameters && parameters.phase === 'connecting');
}
