import { errorFromProblem, isProblem } from './error-from-problem.js';
import { MaestroError } from './maestro-error.js';
import { problemFromError } from './problem.js';

describe('a problem document', () => {
  it.each([
    new MaestroError('request.invalid', { problems: ['a must be b'] }),
    new MaestroError('session.not-found', { provider: 'acme', session: 'work' }),
    new MaestroError('upstream.rate-limited', { provider: 'acme' }, { retryAfterMs: 7_000, upstream: { status: 429, requestId: 'r' } }),
    new MaestroError('gateway.shutting-down', {}, { isRetryable: false }),
  ] as const)('becomes the error that it was made of: $code', (error) => {
    const told: unknown = JSON.parse(JSON.stringify(problemFromError(error)));
    if (!isProblem(told)) throw new Error('it was taken for something else');

    expect(problemFromError(errorFromProblem(told))).toEqual(told);
  });

  it('keeps its text where its code is of a newer Maestro', () => {
    const problem = { ...problemFromError(new MaestroError('internal', {})), code: 'moon.full', detail: 'wait' };

    expect(errorFromProblem(problem)).toMatchObject({ code: 'internal', message: 'wait' });
  });

  it.each([undefined, null, 'text', {}, { code: 'internal' }, { code: 1, detail: '', retryable: true }])('is not %j', (value) => {
    expect(isProblem(value)).toBe(false);
  });
});
