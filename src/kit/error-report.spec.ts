import type { MaestroError } from '../contracts/errors/maestro-error.js';
import type { WireHeaders } from '../contracts/wire-request.js';
import { failureFromAnswer, failureFromReport } from './error-report.js';

function refused(status: number, body: unknown, headers: WireHeaders = {}): MaestroError {
  return failureFromAnswer('acme', status, headers, typeof body === 'string' ? body : JSON.stringify(body));
}

function word(code: string | null, message = ''): unknown {
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}

// All bodies are hand-made.
describe('a refusal', () => {
  it.each([
    ['a bad key', 401, word('invalid_api_key'), 'session.credential-rejected'],
    ['a key without the scope', 401, word(null, 'You have insufficient permissions for this operation.'), 'upstream.permission-denied'],
    ['a key of another country', 403, word('unsupported_country_region_territory'), 'upstream.permission-denied'],
    ['no money', 402, {}, 'upstream.quota-exhausted'],
    ['no quota, which is no matter of rate', 429, word('insufficient_quota'), 'upstream.quota-exhausted'],
    ['a rate', 429, { error: 'slow down, please' }, 'upstream.rate-limited'],
    ['no such model, said with a 400', 400, word('model_not_found'), 'upstream.not-found'],
    ['no such path', 404, 'nothing here', 'upstream.not-found'],
    ['a conversation too long, by its word', 400, word('context_length_exceeded'), 'upstream.context-too-long'],
    ['a conversation too long, by its message', 400, word(null, "This model's maximum context length is 9."), 'upstream.context-too-long'],
    ['a body too large', 413, '', 'upstream.too-large'],
    ['an overload by its status', 529, '', 'upstream.overloaded'],
    ['an overload by its word', 500, word('slow_down'), 'upstream.overloaded'],
    ['a failure', 500, '<html>', 'upstream.failed'],
    ['a timeout', 408, '', 'upstream.failed'],
    ['a redirect, which is not followed', 302, '', 'upstream.failed'],
    ['anything else that is wrong with the request', 422, { detail: [{ loc: ['body'] }] }, 'upstream.invalid-request'],
    ['a refusal in a list', 400, [{ error: { code: 'context_length_exceeded' } }], 'upstream.context-too-long'],
  ])('for %s (%i) has its class', (_, status, body, code) => {
    expect(refused(status, body).code).toBe(code);
  });

  it('is tried again where that can help, and where the provider says so', () => {
    expect(refused(500, '').isRetryable).toBe(true);
    expect(refused(302, '').isRetryable).toBe(false);
    expect(refused(500, '', { 'x-should-retry': 'false' }).isRetryable).toBe(false);
    expect(refused(400, '', { 'x-should-retry': 'true' }).isRetryable).toBe(true);
  });

  it.each([
    ['a header in milliseconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, word(null), 1500],
    ['a header in seconds', { 'retry-after': '2' }, word(null), 2000],
    ['the report', {}, { error: { type: 'usage_limit_reached', resets_in_seconds: 90 } }, 90_000],
    ['the message, in seconds', {}, word('rate_limit_exceeded', 'Please try again in 1.2s.'), 1200],
    ['the message, in milliseconds', {}, word('rate_limit_exceeded', 'Please try again in 350ms.'), 350],
    ['the message, in minutes', {}, word('rate_limit_exceeded', 'Please try again in 6m30s.'), 390_000],
    [
      'the reset of the limit that is used up',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m1s',
        'x-ratelimit-remaining-tokens': '70',
        'x-ratelimit-reset-tokens': '1h',
      },
      word('rate_limit_exceeded'),
      61_000,
    ],
    [
      'nothing where the reset is no duration',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': 'soon' },
      word('rate_limit_exceeded'),
      undefined,
    ],
    ['nothing where nobody tells', {}, word('rate_limit_exceeded'), undefined],
  ])('takes the delay from %s', (_, headers, body, expected) => {
    expect(refused(429, body, headers).retryAfterMs).toBe(expected);
  });

  it('carries the words of a machine, and no sentence of the body', () => {
    const failure = refused(400, word('invalid_value', 'your prompt was: secret'), { 'x-request-id': 'req_1' });
    expect(failure.upstream).toEqual({ status: 400, code: 'invalid_value', requestId: 'req_1' });
    expect(failure.message).toContain('invalid_value');
    expect(JSON.stringify(failure) + failure.message).not.toContain('secret');
    const chatty = refused(400, word('the secret is xyz'), { 'x-request-id': 'no id but words' });
    expect(chatty.upstream).toEqual({ status: 400, code: 'invalid_request_error' });
    expect(chatty.message).not.toContain('secret');
  });
});

describe('the state of limits', () => {
  it('goes with every refusal whose headers tell it', () => {
    const headers = { 'x-ratelimit-limit-tokens': '90000', 'x-ratelimit-remaining-tokens': '89986', 'x-ratelimit-reset-tokens': '9ms' };
    expect(refused(404, word('model_not_found'), headers).upstream?.rateLimits).toEqual([
      { unit: 'tokens', limit: 90_000, remaining: 89_986, resetsInMs: 9 },
    ]);
    expect(refused(404, word('model_not_found'), headers).retryAfterMs).toBeUndefined();
  });
});

describe('a failure reported inside a 200', () => {
  it.each([
    ['a word', { error: { code: 'rate_limit_exceeded' } }, 'upstream.rate-limited'],
    ['a status as its code', { error: { code: 429, message: 'x' } }, 'upstream.rate-limited'],
    ['a status as text', { error: { code: '404' } }, 'upstream.not-found'],
    ['a status beside its word', { error: { code: 'tool_use_failed', status_code: 400 } }, 'upstream.invalid-request'],
    ['a weak word', { error: { type: 'server_error', code: null } }, 'upstream.failed'],
    ['a word for a bad request', { error: { type: 'invalid_request_error' } }, 'upstream.invalid-request'],
    ['no object of its own', { code: 'context_length_exceeded', message: '' }, 'upstream.context-too-long'],
    ['a key that died meanwhile', { error: { code: 'token_expired' } }, 'session.credential-rejected'],
    ['a thing that is gone', { error: { type: 'not_found_error' } }, 'upstream.not-found'],
    ['nothing at all', undefined, 'upstream.failed'],
  ])('with %s has its class', (_, report, code) => {
    expect(failureFromReport('acme', report).code).toBe(code);
  });

  it('tells no status that it does not have', () => {
    expect(failureFromReport('acme', { error: { code: 'server_error' } }).upstream).toEqual({ code: 'server_error' });
    expect(failureFromAnswer('acme', 200, {}, '{"error":{"code":"server_error"}}').upstream).toEqual({ code: 'server_error' });
  });
});
