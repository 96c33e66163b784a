import type { MaestroErrorOptions } from '../../contracts/errors/maestro-error.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { WireHeaders } from '../../contracts/wire-request.js';
import type { JsonRecord } from '../json-fields.js';
import { textIn } from '../json-fields.js';
import { isRecord } from '../read-body.js';
import { retryAfterMs } from '../retry-after.js';
import type { OAuthFlow } from './oauth-flow.js';

/** What the token endpoint was asked for: a first set of tokens, or the next one of a session. */
export type GrantKind = 'login' | 'refresh';

export interface Refusal {
  readonly status: number;
  readonly headers: WireHeaders;
  /** Parsed; `undefined` where it is nothing that can be read. */
  readonly body: unknown;
}

/** RFC 6749, section 5.2, and what vendors say in its place. */
const deadGrant = ['invalid_grant', 'invalid_refresh_token'];

/** The client is at fault, not the grant: no session may end for it (RFC 6749, section 5.2; RFC 8707, section 2). */
const misconfigured = [
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'redirect_uri_mismatch',
  'deleted_client',
  'disabled_client',
];

/** Of a device login (RFC 8628, section 3.5). */
const pending = ['authorization_pending', 'slow_down'];
const refused = ['access_denied', 'expired_token'];

/** Some report a failure under status 200. */
export function reportsFailure(body: unknown): boolean {
  return isRecord(body) && body['access_token'] === undefined && wordsOf(body).length > 0;
}

/** What a refusal of the token endpoint means. The body's words are looked at, never its sentences. */
export function tokenFailure(flow: OAuthFlow, kind: GrantKind, refusal: Refusal): MaestroError {
  const words = isRecord(refusal.body) ? wordsOf(refusal.body) : [];
  const has = (list: readonly string[]): string | undefined => words.find((word) => list.includes(word));
  const options = optionsFrom(refusal, words[0]);
  const { provider } = flow;

  const problem = has(misconfigured);
  const dead =
    has([...deadGrant, ...(flow.deadGrantCodes ?? [])]) ??
    (problem === undefined ? deadByStatus(flow, kind, refusal, words[0]) : undefined);
  if (dead !== undefined) {
    return kind === 'refresh'
      ? new MaestroError('session.refresh-rejected', { provider, reason: dead }, options)
      : new MaestroError('login.rejected', { provider, reason: dead }, options);
  }
  if (problem !== undefined) return new MaestroError('oauth.misconfigured', { provider, problem }, options);
  if (kind === 'login' && has(pending) !== undefined) return new MaestroError('login.pending', {}, options);
  const refusedFor = has(refused);
  if (kind === 'login' && refusedFor !== undefined) return new MaestroError('login.rejected', { provider, reason: refusedFor }, options);
  return failureOfStatus(flow, refusal, words[0], options);
}

function deadByStatus(
  { deadGrantStatuses = [] }: OAuthFlow,
  kind: GrantKind,
  { status, body }: Refusal,
  word: string | undefined,
): string | undefined {
  // A page is somebody's on the way: a firewall's, a proxy's. It knows nothing of grants.
  return kind === 'refresh' && isRecord(body) && deadGrantStatuses.includes(status) ? (word ?? `http_${String(status)}`) : undefined;
}

function failureOfStatus(flow: OAuthFlow, { status, body }: Refusal, word: string | undefined, options: MaestroErrorOptions): MaestroError {
  const { provider } = flow;
  if (status === 429 || word === 'slow_down') return new MaestroError('upstream.rate-limited', { provider }, options);
  if (status === 503 || status === 529 || word === 'temporarily_unavailable')
    return new MaestroError('upstream.overloaded', { provider }, options);
  if (status >= 500 || status === 408 || status === 425 || word === 'server_error') {
    return new MaestroError('upstream.failed', { provider, status, reason: word }, options);
  }
  // A page in place of an error: a firewall's, which lets the next one through or not.
  if (status === 403 && body === undefined) return new MaestroError('upstream.failed', { provider, status, reason: 'no JSON' }, options);
  if (status === 403) return new MaestroError('upstream.permission-denied', { provider, reason: word ?? 'no reason given' }, options);
  // Without a word of its own a 401 is about the client (RFC 6749, section 5.2), and the others mean that nothing is at this address.
  if ([401, 404, 405, 410].includes(status) || (status >= 300 && status < 400)) {
    return new MaestroError('oauth.misconfigured', { provider, problem: word ?? `HTTP ${String(status)}` }, options);
  }
  return new MaestroError('upstream.invalid-request', { provider, status, reason: word ?? 'no reason given' }, options);
}

function optionsFrom({ status, headers }: Refusal, code: string | undefined): MaestroErrorOptions {
  const delay = retryAfterMs(headers);
  return { ...(delay !== undefined && { retryAfterMs: delay }), upstream: { status, ...(code !== undefined && { code }) } };
}

/** `error` as a word (the RFC), `error.code` and `error.type` (APIs that have one shape for all errors), or a `code` beside. */
function wordsOf(body: JsonRecord): readonly string[] {
  const { error } = body;
  const inner = isRecord(error) ? [textIn(error, 'code'), textIn(error, 'type'), textIn(error, 'error')] : [textIn(body, 'error')];
  return [...inner, textIn(body, 'code'), textIn(body, 'error_code')].filter(
    (word): word is string => word !== undefined && /^[\w.-]{1,100}$/.test(word),
  );
}

/**
 * After this failure of a refresh, may the issuer have used up the refresh token all the same? True wherever the request may
 * have arrived and no refusal came back: then the token must not be taken for unused.
 */
export function maySpendToken(error: unknown): boolean {
  if (!MaestroError.is(error)) return true;
  switch (error.code) {
    case 'upstream.unreachable':
    case 'upstream.rate-limited':
    case 'upstream.overloaded':
    case 'upstream.invalid-request':
    case 'upstream.permission-denied':
    case 'session.refresh-rejected':
    case 'oauth.misconfigured':
    case 'operation.unsupported':
    case 'login.not-configured':
      return false;
    case 'upstream.timeout':
      return !isConnecting(error);
    default:
      return true;
  }
}

function isConnecting(error: MaestroError): boolean {
  return 'phase' in error.parameters && error.parameters.phase === 'connecting';
}
