import type { Bench } from '../bench.js';
import type { Check } from '../check.js';
import { codeOf, told } from '../chats.js';
import { demand, described } from '../demand.js';
import type { Scenario } from '../fixtures.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';

/** What the vendor answers in place of a stream, and what that is to us. */
const refusals: readonly (readonly [what: string, scenario: Scenario, codes: readonly string[]])[] = [
  ['rate-limited', 'sim-rate-limited', ['upstream.rate-limited']],
  ['overloaded', 'sim-overloaded', ['upstream.overloaded']],
  ['bad-request', 'sim-bad-request', ['upstream.invalid-request']],
  ['unauthorized', 'sim-unauthorized', ['session.credential-rejected']],
  ['not-found', 'sim-not-found', ['upstream.not-found', 'model.not-found']],
  ['wrong-type', 'sim-html', ['upstream.wrong-content-type']],
];

async function refused(bench: Bench, scenario: Scenario): Promise<MaestroError> {
  const { error, isRefused } = await told(bench, scenario);
  demand(error !== undefined, `${scenario} does not fail`);
  demand(MaestroError.is(error), `${scenario} fails with ${described(error)}, which is no MaestroError`);
  demand(isRefused, `${scenario} fails only once the stream is there: nobody can be told with a status any more`);
  return error;
}

export const errorChecks: readonly Check[] = [
  ...refusals.map(([what, scenario, codes]): Check => ({
    id: `errors.${what}`,
    title: `${scenario} is ${codes.join(' or ')}, before the stream is there`,
    needs: ['streaming'],
    run: async (bench) => {
      const error = await refused(bench, scenario);
      demand(codes.includes(error.code), `${scenario} is ${described(error)} instead of ${codes.join(' or ')}`);
    },
  })),
  {
    id: 'errors.retry-after',
    title: 'the delay that the vendor asks for is told in milliseconds: 7,000 for sim-rate-limited',
    needs: ['streaming'],
    run: async (bench) => {
      const { retryAfterMs } = await refused(bench, 'sim-rate-limited');
      demand(retryAfterMs === 7_000, `the delay that the vendor asks for, 7 seconds, is told as ${String(retryAfterMs)} ms`);
    },
  },
  {
    id: 'errors.midstream',
    title: 'a failure in the middle of an answer is thrown behind what was said, as a failure of the vendor',
    needs: ['streaming'],
    run: async (bench) => {
      const { events, error } = await told(bench, 'sim-error-midstream');
      const types = events.map(({ type }) => type);
      demand(error !== undefined, 'a failure in the middle of an answer is not thrown');
      demand(MaestroError.is(error), `a failure in the middle of an answer is ${described(error)}, which is no MaestroError`);
      demand(error.code.startsWith('upstream.') && error.code !== 'upstream.truncated', `it is ${codeOf(error)}, which says nothing of it`);
      demand(types.includes('text-delta'), 'what was said before the failure is lost');
      demand(!types.includes('message-end'), 'the answer that failed has a message-end');
    },
  },
];
