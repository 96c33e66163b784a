import { inspect } from 'node:util';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { problemFromError } from '../../../contracts/errors/problem.js';
import type { Bench } from '../bench.js';
import type { Check } from '../check.js';
import { openChat, told } from '../chats.js';
import { demand, settled } from '../demand.js';
import type { Scenario } from '../fixtures.js';
import { jsonAnswer } from '../line.js';

const mark = 'conformance-canary-in-a-body';
const never = new AbortController().signal;

/** What an error would show in a log, to a caller and in a debugger. */
function everythingShown(error: unknown): string {
  const problem = MaestroError.is(error) ? JSON.stringify(problemFromError(error)) : '';
  const stack = error instanceof Error ? error.stack : '';
  return [inspect(error, { depth: 12 }), String(error), JSON.stringify(error), stack, problem].join('\n');
}

export function demandSilence(what: string, error: unknown, secrets: readonly string[]): void {
  const shown = everythingShown(error);
  demand(!secrets.some((secret) => shown.includes(secret)), `${what} shows a secret`);
}

const failing: readonly Scenario[] = [
  'sim-rate-limited',
  'sim-overloaded',
  'sim-bad-request',
  'sim-unauthorized',
  'sim-not-found',
  'sim-error-midstream',
  'sim-html',
];

/** A refusal that quotes what it was sent, as vendors do, in the shapes of several wires. */
function echo(bench: Bench): object {
  const message = `Incorrect key ${bench.secrets.join(' ')} for ${mark} ${mark}`;
  return {
    type: 'error',
    error: { type: 'invalid_request_error', message, code: null, status: 'INVALID_ARGUMENT' },
    message,
    detail: message,
  };
}

async function failuresOf(bench: Bench): Promise<readonly unknown[]> {
  const client = bench.client();
  const { behaviours } = bench.manifest;
  const calls = [
    () => openChat(bench, 'sim-text'),
    ...(behaviours['api-key'] === undefined ? [] : [() => bench.apiKeys.testConnection(client, { signal: never })]),
    ...(behaviours.models === undefined ? [] : [() => bench.models.listModels(client, { signal: never })]),
  ];
  const failures: unknown[] = [];
  for (const call of calls) {
    try {
      await settled('a call that is refused', Promise.resolve(call()));
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

export const secretChecks: readonly Check[] = [
  {
    id: 'secrets.errors',
    title: 'no error holds the credential: not its text, nor its cause, nor what a debugger would show',
    needs: ['streaming'],
    run: async (bench) => {
      for (const scenario of failing) {
        const { error } = await told(bench, scenario);
        demandSilence(`the error of ${scenario}`, error, bench.secrets);
      }
      const gone = new MaestroError('upstream.unreachable', { origin: 'the simulator', reason: 'ECONNREFUSED' });
      bench.line.answerWith(() => Promise.reject(gone));
      for (const error of await failuresOf(bench)) demandSilence('the error of a vendor that is away', error, bench.secrets);
    },
  },
  {
    id: 'secrets.bodies',
    title: "no error quotes a vendor's body",
    needs: ['streaming'],
    run: async (bench) => {
      for (const status of [400, 401, 403, 404, 429, 500, 503]) {
        bench.line.answerWith(async () => jsonAnswer(status, echo(bench)));
        const failures = await failuresOf(bench);
        demand(failures.length > 0, `an answer of status ${String(status)} is no failure`);
        for (const error of failures) demandSilence(`the error of status ${String(status)}`, error, [...bench.secrets, mark]);
      }
    },
  },
];
