import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import { withRenewal } from './with-renewal.js';

const settings = { text: () => undefined, secret: () => undefined };
const http = { request: () => Promise.reject(new Error('no network')), close: async () => undefined };
const clientOf = (baseUrl: string): ProviderClient => ({ baseUrl, authorise: () => undefined, http, settings });
const [old, renewed] = [clientOf('https://old.test'), clientOf('https://new.test')];
const rejected = new MaestroError('session.credential-rejected', { provider: 'whole', status: 401 });

describe('a provider that does not take an access token', () => {
  const renew = jest.fn(() => Promise.resolve({ session: {} as never, client: renewed }));
  beforeEach(() => renew.mockClear());

  it('is asked once more with a new one', async () => {
    const asked: string[] = [];
    const ask = async ({ baseUrl }: ProviderClient): Promise<string> => {
      asked.push(baseUrl);
      if (baseUrl === old.baseUrl) throw rejected;
      return 'answer';
    };

    await expect(withRenewal({ client: old, renew }, undefined, ask)).resolves.toBe('answer');
    expect(asked).toEqual(['https://old.test', 'https://new.test']);
  });

  it('has the last word the second time', async () => {
    const ask = jest.fn(() => Promise.reject(rejected));
    await expect(withRenewal({ client: old, renew }, undefined, ask)).rejects.toBe(rejected);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(renew).toHaveBeenCalledTimes(1);
  });

  it('is not asked again where there is no other token, or where something else is wrong', async () => {
    await expect(withRenewal({ client: old }, undefined, () => Promise.reject(rejected))).rejects.toBe(rejected);
    const failure = new MaestroError('upstream.overloaded', { provider: 'whole' });
    await expect(withRenewal({ client: old, renew }, undefined, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(renew).not.toHaveBeenCalled();
  });
});
