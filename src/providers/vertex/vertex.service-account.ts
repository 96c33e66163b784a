import type { KeyObject } from 'node:crypto';
import { createPrivateKey, sign } from 'node:crypto';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { TokenSet } from '../../contracts/tokens.js';
import { textIn } from '../../kit/json-fields.js';
import type { OAuthCall, OAuthFlow } from '../../kit/oauth/oauth-flow.js';
import { requestTokens } from '../../kit/oauth/token-grants.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { providerId } from './vertex.client.js';

// https://developers.google.com/identity/protocols/oauth2/service-account

export const defaultTokenUrl = 'https://oauth2.googleapis.com/token';
export const scope = 'https://www.googleapis.com/auth/cloud-platform';

/** A service account as its key file tells of it. */
export interface ServiceAccount {
  readonly email: string;
  readonly keyId: string | undefined;
  readonly project: string | undefined;
  readonly privateKey: Secret;
}

/** `undefined` for what is no key file at all. @throws MaestroError `session.key-invalid` for one that cannot be used */
export function serviceAccountIn(apiKey: Secret): ServiceAccount | undefined {
  const text = apiKey.reveal().trim();
  if (!text.startsWith('{')) return undefined;
  const file = jsonFrom(text);
  if (!isRecord(file)) throw invalid('it begins as a key file and is no JSON');
  if (file['type'] !== 'service_account') throw invalid('its type is not service_account; for others use a login by federation');
  const [email, privateKey] = [textIn(file, 'client_email'), textIn(file, 'private_key')];
  if (email === undefined || privateKey === undefined) throw invalid('its client_email or private_key is missing');
  return { email, keyId: textIn(file, 'private_key_id'), project: textIn(file, 'project_id'), privateKey: Secret.of(privateKey) };
}

/** @throws MaestroError `session.key-invalid` */
export function signingKeyOf({ privateKey }: ServiceAccount): KeyObject {
  try {
    return createPrivateKey(privateKey.reveal());
  } catch {
    // What the library says may quote the key.
    throw invalid('its private_key is no key in PEM');
  }
}

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const lifetimeSeconds = 3600;

/**
 * RFC 7523. The file's own `token_uri` is not followed: whoever gives a key must not choose where its signature goes.
 *
 * @throws MaestroError `session.key-invalid`, `login.rejected`, `oauth.misconfigured`, upstream errors
 */
export async function tokensOf(account: ServiceAccount, settings: ProviderSettings, call: OAuthCall): Promise<TokenSet> {
  const tokenUrl = settings.text('tokenUrl') ?? defaultTokenUrl;
  return requestTokens(flowTo(tokenUrl), grantType, { assertion: assertionOf(account, tokenUrl) }, call);
}

function assertionOf(account: ServiceAccount, audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(account.keyId !== undefined && { kid: account.keyId }) };
  const claims = { iss: account.email, scope, aud: audience, iat: now, exp: now + lifetimeSeconds };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), signingKeyOf(account)).toString('base64url')}`;
}

function flowTo(tokenUrl: string): OAuthFlow {
  return {
    provider: providerId,
    authorizeUrl: '',
    tokenUrl,
    clientId: '',
    clientAuthentication: 'none',
    bodyFormat: 'form',
    scopes: [],
    redirectUri: '',
    defaultLifetimeSeconds: lifetimeSeconds,
  };
}

function invalid(problem: string): MaestroError {
  return new MaestroError('session.key-invalid', { provider: providerId, problem });
}
