import type { Observable } from 'rxjs';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { clientFailure, unreachable } from './client-failure.js';

export interface Patience {
  /** Shown where it runs out. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The one answer to a message. Rejects with whatever came instead, when the time is over, or when the signal says so. */
export function askOnce<T>(answers: Observable<T>, { url, timeoutMs, signal }: Patience): Promise<T> {
  return new Promise((resolve, reject) => {
    const settled = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
      subscription.unsubscribe();
      settle();
    };
    const fail = (failure: Error): void => {
      settled(() => {
        reject(failure);
      });
    };
    const leave = (): void => {
      const reason: unknown = signal?.reason;
      fail(reason instanceof Error ? reason : new MaestroError('request.cancelled', {}, { cause: reason }));
    };
    const timer = setTimeout(() => {
      fail(unreachable(url, `it did not answer within ${String(timeoutMs)} ms`));
    }, timeoutMs);
    const subscription = answers.subscribe({
      next: (answer) => {
        settled(() => {
          resolve(answer);
        });
      },
      error: (failure: unknown) => {
        fail(clientFailure(failure, url));
      },
      complete: () => {
        fail(unreachable(url, 'it ended without an answer'));
      },
    });
    if (signal?.aborted === true) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  });
}
