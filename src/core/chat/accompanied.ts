import type { HttpClient, ProviderClient } from '../../contracts/provider-client.js';
import type { StreamObserver } from './stream-observer.port.js';

/** The same way to a provider; its requests carry what the observers of the answer send along. */
export function accompanied(client: ProviderClient, observers: readonly StreamObserver[]): ProviderClient {
  const sent = observers.flatMap(({ headers = {} }) => Object.entries(headers));
  if (sent.length === 0) return client;
  const headers = Object.fromEntries(sent);
  const http: HttpClient = {
    request: (request) => client.http.request({ ...request, headers: { ...request.headers, ...headers } }),
    close: () => client.http.close(),
  };
  return { ...client, http };
}
