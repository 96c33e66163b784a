import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { OutgoingHeaders, ProviderClient } from '../contracts/provider-client.js';

/**
 * Puts a client's proof into the headers of a request. Who no longer wants the answer does not wait for a token; that goes on
 * being fetched, since others may wait for it too.
 *
 * @throws MaestroError whatever the client's `authorise` rejects with, `request.cancelled`
 */
export async function authorised(client: Pick<ProviderClient, 'authorise'>, headers: OutgoingHeaders, signal: AbortSignal): Promise<void> {
  const pending = client.authorise(headers);
  if (pending === undefined) return;
  await unlessAborted(pending, signal);
}

/** @throws MaestroError the signal's reason, or `request.cancelled` */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abandon: () => void = () => undefined;
  const abandoned = new Promise<never>((_resolve, reject) => {
    abandon = () => {
      reject(MaestroError.is(signal.reason) ? signal.reason : new MaestroError('request.cancelled', {}));
    };
    if (signal.aborted) abandon();
    else signal.addEventListener('abort', abandon, { once: true });
  });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}
