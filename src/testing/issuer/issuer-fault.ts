import { gzipSync } from 'node:zlib';

import type { SimulatedAnswer } from '../../kit/simulator-server.js';

/**
 * What can go wrong at a token endpoint. `reset` breaks the connection without a word, `silence` never answers, `slow` answers
 * late; `gzip-bomb` is 64 MiB of blanks in 64 KiB.
 */
export type IssuerFaultKind =
  'reset' | 'silence' | 'slow' | 'rate-limited' | 'unavailable' | 'malformed' | 'html' | 'gzip-bomb' | 'refused';

export interface IssuerFault {
  readonly kind: IssuerFaultKind;
  /** The issuer did what it was asked, and only its answer is lost. Default: it did nothing. */
  readonly afterRotation?: boolean;
  /** Of `slow`: milliseconds; default 1,000. */
  readonly delayMs?: number;
  /** Of `refused`: the OAuth error code and the status; default `invalid_client` and 401. */
  readonly error?: string;
  readonly status?: number;
  /** Of `rate-limited` and `unavailable`; absent: none is told. */
  readonly retryAfterSeconds?: number;
}

/** `slow` has no answer of its own. */
export function answerOf(fault: IssuerFault): SimulatedAnswer | undefined {
  return answers[fault.kind](fault);
}

const answers: Readonly<Record<IssuerFaultKind, (fault: IssuerFault) => SimulatedAnswer | undefined>> = {
  reset: () => ({ status: 200, body: [], isCut: true }),
  silence: () => ({ status: 200, body: [], isEndless: true }),
  slow: () => undefined,
  'rate-limited': (fault) => ({ status: 429, headers: retryAfter(fault), body: '{"error":"rate_limited"}' }),
  unavailable: (fault) => ({ status: 503, headers: retryAfter(fault), body: '' }),
  malformed: () => ({ status: 200, body: '{"access_token":"cut-in-the-mid' }),
  html: () => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><title>Just a moment…</title><p>Checking your browser.</p>',
  }),
  'gzip-bomb': () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(64 * 1_024 * 1_024, ' ')) }),
  refused: ({ error = 'invalid_client', status = 401 }) => ({ status, body: JSON.stringify({ error }) }),
};

function retryAfter({ retryAfterSeconds }: IssuerFault): Readonly<Record<string, string>> {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
}
