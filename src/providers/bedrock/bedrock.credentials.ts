import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';

export const providerId = 'bedrock';

/** A pair of access keys of IAM, with a session token where they are temporary. */
export interface AccessKeys {
  readonly kind: 'access-keys';
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret;
}

export type Identity = AccessKeys | { readonly kind: 'bearer'; readonly token: Secret } | { readonly kind: 'machine' };

/** What stands for a key where the machine's own credentials are meant. */
const machineWord = 'default-chain';

/**
 * `<access key id>:<secret access key>[:<session token>]`, the word `default-chain`, or a key of the vendor's own kind, which goes
 * as a bearer's.
 */
export function identityIn(apiKey: Secret): Identity {
  const text = apiKey.reveal();
  if (text === machineWord) return { kind: 'machine' };
  const [, accessKeyId, secret, token] = /^(A[A-Z\d]{15,127}):([^:\s]+)(?::(\S+))?$/.exec(text) ?? [];
  if (accessKeyId === undefined || secret === undefined) return { kind: 'bearer', token: apiKey };
  return {
    kind: 'access-keys',
    accessKeyId,
    secretAccessKey: Secret.of(secret),
    ...(token !== undefined && { sessionToken: Secret.of(token) }),
  };
}

/** What the machine itself is allowed becomes a session's only where its operator says so. @throws MaestroError `session.credentials-invalid` */
export function requireAllowed(identity: Identity, settings: ProviderSettings): void {
  if (identity.kind !== 'machine' || settings.text('defaultChain') === 'true') return;
  const name = environmentNameOf(providerId, 'defaultChain');
  throw new MaestroError('session.credentials-invalid', {
    problem: `the machine’s own credentials are for sessions only where ${name} is true`,
  });
}
