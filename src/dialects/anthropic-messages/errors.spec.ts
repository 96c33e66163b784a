import type { WireHeaders } from '../../contracts/wire-request.js';
import { anthropicMessagesFailure } from './errors.js';

const refused = (status: number, type?: string, message = 'a sentence', headers: WireHeaders = {}) =>
  anthropicMessagesFailure('acme', status, headers, JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_body' }));

describe('a refusal on the Messages wire', () => {
  // Hand-made, after the error types of the wire's documentation.
  it.each([
    [400, 'invalid_request_error', 'upstream.invalid-request', false],
    [401, 'authentication_error', 'session.credential-rejected', false],
    [402, 'billing_error', 'upstream.quota-exhausted', false],
    [403, 'permission_error', 'upstream.permission-denied', false],
    [404, 'not_found_error', 'upstream.not-found', false],
    [413, 'request_too_large', 'upstream.too-large', false],
    [429, 'rate_limit_error', 'upstream.rate-limited', true],
    [500, 'api_error', 'upstream.failed', true],
    [504, 'timeout_error', 'upstream.failed', true],
    [529, 'overloaded_error', 'upstream.overloaded', true],
  ])('with %d and %s is %s', (status, type, code, isRetryable) => {
    expect(refused(status, type)).toMatchObject({ code, isRetryable, upstream: { status, code: type, requestId: 'req_body' } });
  });

  it.each([
    [401, 'session.credential-rejected'],
    [409, 'upstream.failed'],
    [408, 'upstream.failed'],
    [422, 'upstream.invalid-request'],
    [429, 'upstream.rate-limited'],
    [502, 'upstream.failed'],
    [503, 'upstream.overloaded'],
  ])('with %d and a page of somebody between is %s', (status, code) => {
    const error = anthropicMessagesFailure('acme', status, { 'content-type': 'text/html' }, '<html>blocked</html>');
    expect(error).toMatchObject({ code, upstream: { status } });
  });

  it('goes by its type where a gateway changed the status', () => {
    expect(refused(500, 'overloaded_error')).toMatchObject({ code: 'upstream.overloaded', upstream: { status: 500 } });
    expect(refused(200, 'rate_limit_error')).toMatchObject({ code: 'upstream.rate-limited', upstream: { code: 'rate_limit_error' } });
  });

  it('is a failure of the provider where neither status nor type says more', () => {
    expect(refused(200, 'new_error')).toMatchObject({ code: 'upstream.failed', parameters: { reason: 'new_error' } });
    expect(refused(200)).toMatchObject({ code: 'upstream.failed', parameters: { reason: 'HTTP 500' } });
  });

  it('is final where it is a redirect, which is never followed', () => {
    expect(refused(302)).toMatchObject({ code: 'upstream.failed', isRetryable: false });
  });

  it.each([
    ['prompt is too long: 210000 tokens > 200000 maximum', 'upstream.context-too-long'],
    ['input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000', 'upstream.context-too-long'],
    ['Your credit balance is too low to access the API.', 'upstream.quota-exhausted'],
    ['messages.0: all messages must have non-empty content', 'upstream.invalid-request'],
  ])('is told apart by its wording where it has no type of its own: %s', (message, code) => {
    expect(refused(400, 'invalid_request_error', message)).toMatchObject({ code });
  });

  it('says when to come back, and whether at all', () => {
    expect(refused(429, 'rate_limit_error', '', { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7000 });
    expect(refused(429, 'rate_limit_error')).not.toHaveProperty('retryAfterMs');
    expect(refused(500, 'api_error', '', { 'x-should-retry': 'false' })).toMatchObject({ isRetryable: false });
    expect(refused(400, 'invalid_request_error', '', { 'x-should-retry': 'true' })).toMatchObject({ isRetryable: true });
    expect(refused(500, 'api_error', '', { 'x-should-retry': 'constructor' })).toMatchObject({ isRetryable: true });
  });

  it('tells the limits that the headers tell, and waits for the one that is used up', () => {
    const headers = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': new Date(Date.now() + 3_600_000).toISOString(),
      'anthropic-ratelimit-unified-5h-reset': '1',
      'anthropic-ratelimit-unified-status': 'rejected',
    };
    const error = refused(429, 'rate_limit_error', '', headers);
    expect(error.upstream?.rateLimits).toEqual([
      { unit: 'requests', limit: 50, remaining: 0, resetsInMs: expect.any(Number) },
      { unit: 'unified-5h', resetsInMs: 1000 },
    ]);
    expect(error.retryAfterMs).toBeGreaterThan(3_000_000);
    expect(refused(429, 'rate_limit_error', '', { ...headers, 'retry-after': '3' }).retryAfterMs).toBe(3000);
    expect(refused(529, 'overloaded_error', '', headers).retryAfterMs).toBeUndefined();
  });

  it('takes the request id of the header before that of the body', () => {
    expect(refused(500, 'api_error', '', { 'request-id': 'req_header' })).toMatchObject({ upstream: { requestId: 'req_header' } });
  });

  it('repeats no sentence of the provider', () => {
    const error = refused(400, 'a type that is a sentence', 'your key sk-ant-secret is wrong', { 'request-id': 'two words' });
    expect(JSON.stringify({ message: error.message, upstream: error.upstream })).not.toMatch(/sentence|secret|two words/);
  });

  it('with a type that names a property of every object is still only unknown', () => {
    expect(refused(400, 'constructor')).toMatchObject({ code: 'upstream.invalid-request' });
  });
});
