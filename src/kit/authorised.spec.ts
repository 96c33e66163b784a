import { MaestroError } from '../contracts/errors/maestro-error.js';
import { authorised } from './authorised.js';

const signal = new AbortController().signal;

describe('authorising a request', () => {
  it('waits for a token that is being fetched', async () => {
    const headers = {};
    const authorise = async (into: Record<string, string>): Promise<void> => {
      await Promise.resolve();
      into['authorization'] = 'Bearer late';
    };
    await authorised({ authorise }, headers, signal);
    expect(headers).toEqual({ authorization: 'Bearer late' });
  });

  it('fails as the token’s issuer failed', async () => {
    const authorise = (): Promise<void> =>
      Promise.reject(new MaestroError('upstream.unreachable', { origin: 'o', reason: 'ECONNREFUSED' }));
    await expect(authorised({ authorise }, {}, signal)).rejects.toMatchObject({ code: 'upstream.unreachable' });
  });

  it('does not keep waiting for who went away', async () => {
    const abort = new AbortController();
    const waiting = authorised({ authorise: () => new Promise<void>(() => undefined) }, {}, abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'request.cancelled' });
    await expect(authorised({ authorise: () => new Promise<void>(() => undefined) }, {}, abort.signal)).rejects.toMatchObject({
      code: 'request.cancelled',
    });
  });

  it('tells why a request was ended, where a reason was given', async () => {
    const abort = new AbortController();
    abort.abort(new MaestroError('gateway.shutting-down', {}));
    await expect(authorised({ authorise: () => new Promise<void>(() => undefined) }, {}, abort.signal)).rejects.toMatchObject({
      code: 'gateway.shutting-down',
    });
  });
});
