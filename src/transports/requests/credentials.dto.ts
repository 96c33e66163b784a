import type { CredentialExtra, Credentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import { isRecord } from './json.js';
import { parseRequest } from './parse-request.js';
import { Optional, Rule, Text, TextList } from './fields.js';

/** Far over the longest token in use. */
const longestSecret = 16_384;

/** An API key. Further text fields (`organizationId`, `projectId`) go with it. */
export class ApiKeyCredentialsDto {
  @Text({ min: 1, max: longestSecret })
  readonly apiKey: string;
}

/** Tokens by hand. Further text fields go with them. */
export class TokenCredentialsDto {
  @Text({ min: 1, max: longestSecret })
  readonly accessToken: string;

  @Optional()
  @Text({ min: 1, max: longestSecret })
  readonly refreshToken?: string;

  @Optional()
  @Text({ min: 1, max: longestSecret })
  readonly idToken?: string;

  @Optional()
  @Text({ min: 1, max: 40 })
  readonly tokenType?: string;

  @Optional()
  @TextList(200)
  readonly scopes?: string[];

  @Optional()
  @Rule('must be a time such as 2026-03-01T10:00:00Z', (value) => typeof value === 'string' && isTime(value))
  readonly expiresAt?: string;
}

const tokenFields = ['accessToken', 'refreshToken', 'idToken', 'tokenType', 'scopes', 'expiresAt'] as const;

/**
 * Reads what a caller sends as credentials; from here on they are `Secret`. Which kind they are follows from their fields.
 *
 * @throws MaestroError `request.invalid`, which shows no value
 */
export function credentialsFrom(value: unknown): Credentials {
  if (!isRecord(value)) throw invalid('credentials must be an object');
  if ('apiKey' in value && tokenFields.some((field) => field in value)) throw invalid('credentials must be an API key or tokens, not both');
  return 'apiKey' in value ? apiKeyFrom(value) : tokensFrom(value);
}

function apiKeyFrom(value: Readonly<Record<string, unknown>>): Credentials {
  const { apiKey, ...extra } = value;
  const dto = parseRequest(ApiKeyCredentialsDto, { apiKey }, 'credentials');
  return { authType: 'api_key', apiKey: Secret.of(dto.apiKey), extra: extraFrom(extra) };
}

function tokensFrom(value: Readonly<Record<string, unknown>>): Credentials {
  if (!('accessToken' in value)) throw invalid('credentials must have an apiKey or an accessToken');
  const fields = Object.entries(value);
  const isOfToken = (name: string): boolean => tokenFields.some((field) => field === name);
  const dto = parseRequest(TokenCredentialsDto, Object.fromEntries(fields.filter(([name]) => isOfToken(name))), 'credentials');
  return {
    authType: 'oauth',
    accessToken: Secret.of(dto.accessToken),
    ...(dto.refreshToken !== undefined && { refreshToken: Secret.of(dto.refreshToken) }),
    ...(dto.idToken !== undefined && { idToken: Secret.of(dto.idToken) }),
    tokenType: dto.tokenType ?? 'Bearer',
    scopes: dto.scopes ?? [],
    ...(dto.expiresAt !== undefined && { expiresAt: new Date(dto.expiresAt) }),
    extra: extraFrom(Object.fromEntries(fields.filter(([name]) => !isOfToken(name)))),
  };
}

function extraFrom(fields: Readonly<Record<string, unknown>>): CredentialExtra {
  for (const [name, value] of Object.entries(fields)) {
    if (!/^[a-z]\w{0,39}$/i.test(name) || typeof value !== 'string' || value.length > 1_000) {
      throw invalid(`credentials.${name.slice(0, 40)} must be a text of 1000 characters or fewer`);
    }
  }
  return fields as CredentialExtra;
}

/** RFC 3339; `Date` alone would take `1`. */
function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text));
}

function invalid(problem: string): MaestroError {
  return new MaestroError('request.invalid', { problems: [problem] });
}
