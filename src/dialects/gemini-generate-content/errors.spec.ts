import { errorFromReport, errorFromResponse, errorFromText } from './errors.js';

/** Hand-made after the facts of the wire: bodies as `google.rpc.Status`. */
function body(code: number, status: string, message = '', details: readonly object[] = []): string {
  return JSON.stringify({ error: { code, status, message, details } });
}

const errorInfo = (reason: string): object => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });
const retryInfo = (retryDelay: string): object => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay });
const quota = (quotaId: string): object => ({ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] });

function read(status: number, text: string, headers = {}): ReturnType<typeof errorFromResponse> {
  return errorFromResponse('gemini', status, headers, text);
}

describe('a refusal', () => {
  it.each([
    [400, body(400, 'INVALID_ARGUMENT', 'API key not valid.', [errorInfo('API_KEY_INVALID')]), 'session.credential-rejected'],
    [401, body(401, 'UNAUTHENTICATED', '', [errorInfo('ACCESS_TOKEN_TYPE_UNSUPPORTED')]), 'session.credential-rejected'],
    [403, body(403, 'PERMISSION_DENIED'), 'upstream.permission-denied'],
    [400, body(400, 'FAILED_PRECONDITION', 'User location is not supported'), 'upstream.permission-denied'],
    [400, body(400, 'INVALID_ARGUMENT', 'Invalid value at contents'), 'upstream.invalid-request'],
    [
      400,
      body(400, 'INVALID_ARGUMENT', 'The input token count (9) exceeds the maximum number of tokens allowed (8).'),
      'upstream.context-too-long',
    ],
    [404, body(404, 'NOT_FOUND'), 'upstream.not-found'],
    [413, '', 'upstream.too-large'],
    [429, body(429, 'RESOURCE_EXHAUSTED', '', [quota('GenerateRequestsPerMinutePerProject')]), 'upstream.rate-limited'],
    [429, body(429, 'RESOURCE_EXHAUSTED', '', [quota('GenerateRequestsPerDayPerProject')]), 'upstream.quota-exhausted'],
    [429, body(429, 'RESOURCE_EXHAUSTED', '* Quota exceeded, limit: 0, model: x'), 'upstream.quota-exhausted'],
    [499, body(499, 'CANCELLED'), 'upstream.failed'],
    [500, body(500, 'INTERNAL'), 'upstream.failed'],
    [503, body(503, 'UNAVAILABLE'), 'upstream.overloaded'],
    [504, body(504, 'DEADLINE_EXCEEDED'), 'upstream.failed'],
    [502, '<html>bad gateway</html>', 'upstream.failed'],
    [418, '[]', 'upstream.invalid-request'],
    [200, body(500, 'INTERNAL'), 'upstream.failed'],
    [200, body(429, 'RESOURCE_EXHAUSTED'), 'upstream.rate-limited'],
    [307, '', 'upstream.failed'],
  ])('of status %d and body %s is %s', (status, text, code) => {
    expect(read(status, text).code).toBe(code);
  });

  it.each([
    ['in its details', body(429, 'RESOURCE_EXHAUSTED', '', [retryInfo('34.4s')]), {}, 34_400],
    ['in milliseconds', body(429, 'RESOURCE_EXHAUSTED', '', [retryInfo('250ms')]), {}, 250],
    ['in its message', body(429, 'RESOURCE_EXHAUSTED', 'Please retry in 1.5s.'), {}, 1500],
    ['in a header, which comes first', body(429, 'RESOURCE_EXHAUSTED', '', [retryInfo('34.4s')]), { 'retry-after': '7' }, 7000],
    ['nowhere', body(429, 'RESOURCE_EXHAUSTED', '', [retryInfo('soon')]), {}, undefined],
  ])('tells when to try again: %s', (_, text, headers, delay) => {
    expect(read(429, text, headers).retryAfterMs).toBe(delay);
  });

  it('tells which limits were met', () => {
    const failure = { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' };
    const violations = [
      { quotaId: 'RequestsPerMinute-FreeTier', quotaValue: '15' },
      { quotaId: 'RequestsPerDay', quotaValue: 'many' },
      { quotaId: 'no word but a sentence' },
    ];
    expect(read(429, body(429, 'RESOURCE_EXHAUSTED', '', [{ ...failure, violations }])).upstream?.rateLimits).toEqual([
      { unit: 'RequestsPerMinute-FreeTier', limit: 15, remaining: 0 },
      { unit: 'RequestsPerDay', remaining: 0 },
    ]);
  });

  it('keeps the words for machines and none of the text', () => {
    const text = body(403, 'PERMISSION_DENIED', 'key AIzaNotForYourEyes is leaked', [
      errorInfo('API_KEY_SERVICE_BLOCKED'),
      { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'req-1' },
    ]);
    const error = read(403, text);
    expect(error.upstream).toEqual({ status: 403, code: 'API_KEY_SERVICE_BLOCKED', requestId: 'req-1' });
    expect(error.message).toContain('API_KEY_SERVICE_BLOCKED');
    expect(JSON.stringify([error.message, error.parameters, error.upstream])).not.toContain('AIza');
    expect(read(500, body(500, 'a sentence with AIza')).upstream).toEqual({ status: 500 });
    expect(read(500, '', { 'x-request-id': 'req-2' }).upstream).toEqual({ status: 500, requestId: 'req-2' });
  });
});

describe('an error in a stream', () => {
  it.each([
    [{ code: 503, status: 'UNAVAILABLE' }, 'upstream.overloaded'],
    [{ status: 'RESOURCE_EXHAUSTED' }, 'upstream.rate-limited'],
    [{ status: 'A_NEW_WORD' }, 'upstream.failed'],
    [{}, 'upstream.failed'],
  ])('%j is %s', (report, code) => {
    expect(errorFromReport('gemini', report).code).toBe(code);
  });

  it('is found in bare text, in an array as well, once it is whole', () => {
    expect(errorFromText('gemini', body(503, 'UNAVAILABLE'))?.code).toBe('upstream.overloaded');
    expect(errorFromText('gemini', `[${body(503, 'UNAVAILABLE')}]`)?.code).toBe('upstream.overloaded');
    expect(errorFromText('gemini', '{ "error": {')).toBeUndefined();
    expect(errorFromText('gemini', '{ "candidates": [] }')).toBeUndefined();
    expect(errorFromText('gemini', '"error"')).toBeUndefined();
  });
});
