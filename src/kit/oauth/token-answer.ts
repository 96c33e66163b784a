import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { TokenSet } from '../../contracts/tokens.js';
import type { JsonRecord } from '../json-fields.js';
import { numberIn, textIn } from '../json-fields.js';
import { isRecord, jsonFrom } from '../read-body.js';
import { headerOf } from '../retry-after.js';
import type { OAuthFlow } from './oauth-flow.js';
import type { EndpointAnswer } from './token-endpoint.js';
import type { GrantKind } from './token-failure.js';
import { reportsFailure, tokenFailure } from './token-failure.js';
import { unverifiedClaims } from './unverified-claims.js';

/**
 * The tokens of an answer (RFC 6749, section 5.1), read leniently: by the time that it is read, the old refresh token may be
 * dead, and an odd field is no reason to lose the new one. An empty token counts as left out.
 *
 * @throws MaestroError `session.refresh-rejected`, `login.rejected`, `oauth.misconfigured`, `upstream.*`
 */
export function tokenSetFromAnswer(flow: OAuthFlow, kind: GrantKind, answer: EndpointAnswer): TokenSet {
  const fields = successFrom(flow, kind, answer);
  const accessToken = accessTokenIn(flow, kind, fields);
  const refreshToken = tokenIn(fields, 'refresh_token');
  const idToken = tokenIn(fields, 'id_token');
  const scopes = scopesIn(fields);
  const told = lifetimeFrom(fields['expires_in']);
  return {
    accessToken: Secret.of(accessToken),
    ...(refreshToken !== undefined && { refreshToken: Secret.of(refreshToken) }),
    ...(idToken !== undefined && { idToken: Secret.of(idToken) }),
    tokenType: tokenTypeIn(fields),
    ...(scopes !== undefined && { scopes }),
    ...(told !== undefined && { lifetimeSeconds: told }),
    expiresAt: expiryOf(told ?? claimedLifetime(accessToken) ?? flow.defaultLifetimeSeconds, answer),
    isExpiryEstimated: told === undefined,
    extra: flow.extraOf?.(fields) ?? {},
  };
}

function successFrom(flow: OAuthFlow, kind: GrantKind, answer: EndpointAnswer): JsonRecord {
  const { status, headers, text } = answer;
  const contentType = headerOf(headers, 'content-type')?.toLowerCase();
  const isReadable = contentType === undefined || /[/+]json\b|^text\/plain\b/.test(contentType);
  // Proxies and challenges of a firewall answer with pages of their own, under any status.
  const body = isReadable ? jsonFrom(text) : undefined;
  if (status >= 300 || reportsFailure(body)) throw tokenFailure(flow, kind, { status, headers, body });
  if (!isReadable) throw new MaestroError('upstream.wrong-content-type', { provider: flow.provider, contentType });
  if (isRecord(body)) return body;
  throw malformed(flow, 'it is no JSON object');
}

/** What a header can carry; anything else could not be sent, or would be sent as something else. */
const sendable = /^[\x21-\x7e]+$/;

function accessTokenIn(flow: OAuthFlow, kind: GrantKind, fields: JsonRecord): string {
  const token = tokenIn(fields, 'access_token');
  if (token === undefined && kind === 'refresh' && flow.keepsOmittedAccessToken === true) return '';
  if (token === undefined) throw malformed(flow, 'it has no access token');
  if (!sendable.test(token)) throw malformed(flow, 'its access token has characters that no token has');
  return token;
}

function tokenIn(fields: JsonRecord, name: string): string | undefined {
  const token = textIn(fields, name);
  return token === undefined || token.trim() === '' ? undefined : token;
}

function tokenTypeIn(fields: JsonRecord): string {
  const type = textIn(fields, 'token_type') ?? '';
  if (!/^[\w-]{1,40}$/.test(type)) return 'Bearer';
  return type.toLowerCase() === 'bearer' ? 'Bearer' : type;
}

function scopesIn(fields: JsonRecord): readonly string[] | undefined {
  const { scope } = fields;
  const words = typeof scope === 'string' ? scope.split(/\s+/) : Array.isArray(scope) ? scope : [];
  const scopes = words.filter((word): word is string => typeof word === 'string' && word !== '');
  return scopes.length === 0 ? undefined : scopes;
}

/** Ten years. What claims to live longer has no lifetime that means anything, and would overflow a date in the end. */
const longestSeconds = 10 * 366 * 24 * 60 * 60;

/** Seconds, also where they come as text. Nothing, zero and less say nothing: a token that is dead on arrival is not sent. */
function lifetimeFrom(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return undefined;
  return seconds > 0 && seconds <= longestSeconds ? seconds : undefined;
}

/** From the token's own claims, as a difference: two times of one clock need no clock of ours. */
function claimedLifetime(accessToken: string): number | undefined {
  const claims = unverifiedClaims(Secret.of(accessToken));
  const [expiresAt, issuedAt] = [claims && numberIn(claims, 'exp'), claims && numberIn(claims, 'iat')];
  return expiresAt === undefined || issuedAt === undefined ? undefined : lifetimeFrom(expiresAt - issuedAt);
}

/** The issuer began to count before the answer travelled: at the earliest when the request left. */
function expiryOf(lifetimeSeconds: number, { receivedAt, roundTripMs }: EndpointAnswer): Date {
  return new Date(receivedAt.getTime() + lifetimeSeconds * 1000 - Math.ceil(roundTripMs));
}

function malformed({ provider }: OAuthFlow, problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider, problem: `the token endpoint's answer: ${problem}` });
}
