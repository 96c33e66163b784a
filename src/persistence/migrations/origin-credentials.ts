import type { AuthType } from '../../contracts/auth-type.js';
import type { CredentialExtra, Credentials } from '../../contracts/credentials.js';
import { textFromCredentials } from '../../contracts/credentials.js';
import { Secret } from '../../contracts/secret.js';

/** Credentials of the single-session system, ready to be sealed. */
export interface SealableCredentials {
  readonly text: Secret;
  /** The last characters of an API key. */
  readonly hint: string | undefined;
  /** False where the part that matters is missing: sealed all the same, shown as in need of attention. */
  readonly isUsable: boolean;
}

/**
 * Beside what Maestro reads of them, the sealed text keeps the credentials to the letter (`origin`): what an unknown member
 * was for, somebody may know later. It goes with the first new secret.
 */
export function sealableFrom(authType: AuthType, json: Secret, expiresAt: Date | null): SealableCredentials {
  const members = membersOf(json);
  const credentials = authType === 'api_key' ? apiKeyFrom(members) : oauthFrom(members, expiresAt);
  const read: unknown = credentials === undefined ? { authType } : JSON.parse(textFromCredentials(credentials).reveal());
  return {
    text: Secret.of(JSON.stringify({ ...Object(read), origin: json.reveal() })),
    hint: credentials?.authType === 'api_key' ? credentials.apiKey.hint : undefined,
    isUsable: credentials !== undefined,
  };
}

type Members = Readonly<Record<string, unknown>>;

/** jsonb is JSON; where it is no object, it has no members. */
function membersOf(json: Secret): Members {
  const value: unknown = JSON.parse(json.reveal());
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function apiKeyFrom(members: Members): Credentials | undefined {
  const apiKey = textOf(members['api_key']);
  if (apiKey === undefined) return undefined;
  return { authType: 'api_key', apiKey: Secret.of(apiKey), extra: extraOf(members, ['api_key']) };
}

const oauthMembers = ['access_token', 'refresh_token', 'id_token', 'token_type', 'scope'];

function oauthFrom(members: Members, expiresAt: Date | null): Credentials | undefined {
  const accessToken = textOf(members['access_token']);
  if (accessToken === undefined) return undefined;
  const refreshToken = textOf(members['refresh_token']);
  const idToken = textOf(members['id_token']);
  return {
    authType: 'oauth',
    accessToken: Secret.of(accessToken),
    ...(refreshToken !== undefined && { refreshToken: Secret.of(refreshToken) }),
    ...(idToken !== undefined && { idToken: Secret.of(idToken) }),
    tokenType: textOf(members['token_type']) ?? 'Bearer',
    scopes: (textOf(members['scope']) ?? '').split(/\s+/).filter((scope) => scope !== ''),
    ...(expiresAt !== null && { expiresAt }),
    extra: extraOf(members, oauthMembers),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function extraOf(members: Members, known: readonly string[]): CredentialExtra {
  const others = Object.entries(members).filter(([name]) => !known.includes(name));
  return Object.fromEntries(others.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
