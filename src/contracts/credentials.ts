import { Secret } from './secret.js';

/** Values that go with a credential and are no secret: an organisation, a project, an account id. */
export type CredentialExtra = Readonly<Record<string, string>>;

export interface ApiKeyCredentials {
  readonly authType: 'api_key';
  readonly apiKey: Secret;
  readonly extra: CredentialExtra;
}

export interface OAuthCredentials {
  readonly authType: 'oauth';
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly idToken?: Secret;
  readonly tokenType: string;
  readonly scopes: readonly string[];
  /** Absent where the provider told no lifetime. */
  readonly expiresAt?: Date;
  readonly extra: CredentialExtra;
}

export type Credentials = ApiKeyCredentials | OAuthCredentials;

/** The text that is sealed at rest. The one place besides a request's headers where credentials are revealed. */
export function textFromCredentials(credentials: Credentials): Secret {
  if (credentials.authType === 'api_key') {
    return Secret.of(JSON.stringify({ authType: 'api_key', apiKey: credentials.apiKey.reveal(), extra: credentials.extra }));
  }
  return Secret.of(
    JSON.stringify({
      authType: 'oauth',
      accessToken: credentials.accessToken.reveal(),
      refreshToken: credentials.refreshToken?.reveal(),
      idToken: credentials.idToken?.reveal(),
      tokenType: credentials.tokenType,
      scopes: credentials.scopes,
      expiresAt: credentials.expiresAt?.toISOString(),
      extra: credentials.extra,
    }),
  );
}

/** Reads what `textFromCredentials` wrote. `undefined` where the text is something else. */
export function credentialsFromText(text: Secret): Credentials | undefined {
  const value = parsed(text);
  if (value?.['authType'] === 'api_key') {
    const apiKey = secretOf(value['apiKey']);
    return apiKey && { authType: 'api_key', apiKey, extra: extraOf(value['extra']) };
  }
  const accessToken = secretOf(value?.['accessToken']);
  if (value?.['authType'] !== 'oauth' || accessToken === undefined) return undefined;
  const refreshToken = secretOf(value['refreshToken']);
  const idToken = secretOf(value['idToken']);
  const expiresAt = typeof value['expiresAt'] === 'string' ? new Date(value['expiresAt']) : undefined;
  return {
    authType: 'oauth',
    accessToken,
    ...(refreshToken && { refreshToken }),
    ...(idToken && { idToken }),
    tokenType: typeof value['tokenType'] === 'string' ? value['tokenType'] : 'Bearer',
    scopes: Array.isArray(value['scopes']) ? value['scopes'].filter((scope) => typeof scope === 'string') : [],
    ...(expiresAt && { expiresAt }),
    extra: extraOf(value['extra']),
  };
}

function parsed(text: Secret): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.reveal());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // The parser's message would quote the secret.
    return undefined;
  }
}

function secretOf(value: unknown): Secret | undefined {
  return typeof value === 'string' && value !== '' ? Secret.of(value) : undefined;
}

function extraOf(value: unknown): CredentialExtra {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
