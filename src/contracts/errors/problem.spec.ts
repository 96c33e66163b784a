import { MaestroError } from './maestro-error.js';
import { httpStatusOf, problemFromError } from './problem.js';

describe('a problem document', () => {
  it('says what happened in the terms of RFC 9457, with our code', () => {
    const error = new MaestroError('session.not-found', { provider: 'acme', session: 'work' });
    expect(problemFromError(error)).toEqual({
      type: 'urn:maestro:problem:session.not-found',
      title: 'The session does not exist',
      status: 404,
      detail: 'there is no acme session "work" that you may use',
      code: 'session.not-found',
      retryable: false,
    });
  });

  it('tells when to try again, what the provider told, each thing that is wrong, and which request it was', () => {
    const upstream = { status: 429, requestId: 'req-1', code: 'SLOW_DOWN' };
    const limited = new MaestroError('upstream.rate-limited', { provider: 'acme' }, { retryAfterMs: 7000, upstream });
    expect(problemFromError(limited, 'our-1')).toMatchObject({
      status: 429,
      retryable: true,
      retryAfterMs: 7000,
      upstream,
      requestId: 'our-1',
    });
    const problems = ['model is missing', 'messages is empty'];
    expect(problemFromError(new MaestroError('request.invalid', { problems }))).toMatchObject({ status: 400, problems });
  });

  it('holds no cause and no stack', () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.7');
    const text = JSON.stringify(problemFromError(new MaestroError('internal', {}, { cause })));
    expect(text).not.toMatch(/10\.0\.0\.7|problem\.spec/);
    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'internal' });
  });

  it('never answers a dead session with the 401 of a bad Maestro key', () => {
    const dead = new MaestroError('session.credential-rejected', { provider: 'acme', status: 401 });
    expect(problemFromError(dead).status).toBe(424);
    expect(problemFromError(new MaestroError('caller.key-invalid', {})).status).toBe(401);
    const with401 = Object.entries(httpStatusOf).filter(([, status]) => status === 401);
    expect(with401.map(([category]) => category)).toEqual(['unauthenticated']);
  });
});
