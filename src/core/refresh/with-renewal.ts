import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { OpenSession } from '../sessions/authorised-client.js';

/**
 * Asks the provider; where it does not take an access token that looked well, once more with a new one. The provider's word
 * counts more than any clock's. @throws MaestroError what the second try throws
 */
export async function withRenewal<T>(
  { client, renew }: Pick<OpenSession, 'client' | 'renew'>,
  signal: AbortSignal | undefined,
  ask: (client: ProviderClient) => Promise<T>,
): Promise<T> {
  try {
    return await ask(client);
  } catch (error) {
    if (renew === undefined || !MaestroError.is(error) || error.code !== 'session.credential-rejected') throw error;
    return ask((await renew(signal)).client);
  }
}
