import { MaestroError } from '../contracts/errors/maestro-error.js';
import { commonErrorBody, commonFailure } from './common-failure.js';
import { recordIn } from './json-fields.js';
import { failureFromAnswer } from './error-report.js';

const provider = 'acme';

const failures: readonly (readonly [MaestroError, number, string, string])[] = [
  [new MaestroError('caller.key-invalid', {}), 401, 'authentication_error', 'invalid_api_key'],
  [new MaestroError('session.reauth-required', { provider, name: 'work', reason: 'x' }), 424, 'session_error', 'session_reauth_required'],
  [new MaestroError('upstream.rate-limited', { provider }), 429, 'rate_limit_error', 'rate_limit_exceeded'],
  [new MaestroError('upstream.quota-exhausted', { provider }), 429, 'insufficient_quota', 'insufficient_quota'],
  [new MaestroError('upstream.context-too-long', { provider }), 400, 'invalid_request_error', 'context_length_exceeded'],
  [new MaestroError('model.not-found', { provider, model: 'm' }), 404, 'not_found_error', 'model_not_found'],
  [new MaestroError('upstream.overloaded', { provider }), 503, 'service_unavailable_error', 'server_is_overloaded'],
  [new MaestroError('upstream.timeout', { origin: 'o', phase: 'connecting' }), 504, 'server_error', 'upstream_timeout'],
  [new MaestroError('internal', {}), 500, 'server_error', 'internal'],
];

describe('an error as clients read it', () => {
  it.each(failures)('is %s with its status and its words', (error, status, type, code) => {
    const answer = commonFailure(error);
    expect(answer).toEqual({
      status,
      headers: { 'x-should-retry': String(error.isRetryable) },
      body: { error: { message: error.message, type, param: null, code } },
    });
  });

  it('names the field that is wrong', () => {
    const param = (problem: string): unknown =>
      recordIn(commonErrorBody(new MaestroError('request.invalid', { problems: [problem] })), 'error')['param'];
    expect(param('messages[0].role must be one of …')).toBe('messages[0].role');
    expect(param('model is missing')).toBe('model');
    expect(param('the body must be a JSON object')).toBeNull();
  });

  it('says when to try again in the headers that clients obey', () => {
    const limited = new MaestroError('upstream.rate-limited', { provider }, { retryAfterMs: 1200.5 });
    expect(commonFailure(limited, 'our-1').headers).toEqual({
      'x-should-retry': 'true',
      'retry-after': '2',
      'retry-after-ms': '1201',
      'x-request-id': 'our-1',
    });
  });

  it.each([
    new MaestroError('upstream.rate-limited', { provider }, { retryAfterMs: 7000 }),
    new MaestroError('upstream.quota-exhausted', { provider }),
    new MaestroError('upstream.context-too-long', { provider }),
    new MaestroError('upstream.not-found', { provider, status: 404 }),
    new MaestroError('upstream.overloaded', { provider }),
    new MaestroError('upstream.permission-denied', { provider, reason: 'x' }),
    new MaestroError('upstream.too-large', { provider }),
    new MaestroError('upstream.failed', { provider, status: 500 }),
  ])('is the same error to another Maestro in front: %s', (error) => {
    const { status, headers, body } = commonFailure(error);
    const read = failureFromAnswer(provider, status, headers, JSON.stringify(body));
    expect(read).toMatchObject({ code: error.code, isRetryable: error.isRetryable });
    expect(read.retryAfterMs).toBe(error.retryAfterMs);
  });
});
