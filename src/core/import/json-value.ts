import type { CredentialExtra, OAuthCredentials } from '../../contracts/credentials.js';
import { Secret } from '../../contracts/secret.js';

export type JsonObject = Readonly<Partial<Record<string, unknown>>>;

/** `undefined` where it is no JSON object. The parser's own message would quote the text. */
export function objectFromText(text: Secret): JsonObject | undefined {
  try {
    return objectFrom(JSON.parse(text.reveal()));
  } catch {
    return undefined;
  }
}

export function objectFrom(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

export function textFrom(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function secretFrom(value: unknown): Secret | undefined {
  const text = textFrom(value);
  return text === undefined ? undefined : Secret.of(text);
}

/** A time as tools write it: milliseconds since 1970, or RFC 3339. */
export function timeFrom(value: unknown): Date | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) || time.getTime() <= 0 ? undefined : time;
}

/** When an access token that is a JWT ends (RFC 7519, `exp` in seconds). Who signed it is its provider's matter. */
function expiryOfToken(token: Secret): Date | undefined {
  const payload = Buffer.from(token.reveal().split('.')[1] ?? '', 'base64url').toString('utf8');
  const exp = objectFromText(Secret.of(payload))?.['exp'];
  return typeof exp === 'number' ? timeFrom(exp * 1000) : undefined;
}

export interface FoundTokens {
  readonly accessToken: Secret | undefined;
  readonly refreshToken: Secret | undefined;
  readonly idToken?: Secret | undefined;
  readonly expiresAt?: Date | undefined;
  readonly extra: Readonly<Record<string, string | undefined>>;
}

/** `undefined` without an access token. */
export function oauthFrom({ accessToken, refreshToken, idToken, expiresAt, extra }: FoundTokens): OAuthCredentials | undefined {
  if (accessToken === undefined) return undefined;
  const end = expiresAt ?? expiryOfToken(accessToken);
  return {
    authType: 'oauth',
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(idToken !== undefined && { idToken }),
    tokenType: 'Bearer',
    scopes: [],
    ...(end !== undefined && { expiresAt: end }),
    extra: present(extra),
  };
}

function present(values: FoundTokens['extra']): CredentialExtra {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
