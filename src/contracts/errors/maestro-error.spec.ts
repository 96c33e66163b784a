import { MaestroError } from './maestro-error.js';

describe('a Maestro error', () => {
  it('is what its row of the catalogue says', () => {
    const error = new MaestroError('upstream.overloaded', { provider: 'acme' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'MaestroError',
      code: 'upstream.overloaded',
      category: 'unavailable',
      title: 'The provider is overloaded',
      message: 'acme is overloaded; try again shortly',
      isRetryable: true,
      parameters: { provider: 'acme' },
    });
    expect(error.cause).toBeUndefined();
    expect('retryAfterMs' in error || 'upstream' in error).toBe(false);
  });

  it('carries what the provider told beside its refusal, and what caused it', () => {
    const cause = new Error('socket closed');
    const options = { cause, retryAfterMs: 0, upstream: { status: 503 }, isRetryable: false };
    expect(new MaestroError('upstream.overloaded', { provider: 'acme' }, options)).toMatchObject(options);
  });

  it('is known for one, also when another copy of this package made it', async () => {
    let other: typeof MaestroError | undefined;
    await jest.isolateModulesAsync(async () => {
      other = (await import('./maestro-error.js')).MaestroError;
    });
    const foreign = other === undefined ? undefined : new other('internal', {});
    expect(foreign).not.toBeInstanceOf(MaestroError);
    expect(MaestroError.is(foreign)).toBe(true);
    expect([new Error('x'), null, undefined, 'internal', {}].some((value) => MaestroError.is(value))).toBe(false);
  });

  it('is made of anything thrown, which stays the cause', () => {
    const error = new MaestroError('internal', {});
    expect(MaestroError.from(error)).toBe(error);
    expect(MaestroError.from('a text')).toMatchObject({ code: 'internal', cause: 'a text' });
  });
});
