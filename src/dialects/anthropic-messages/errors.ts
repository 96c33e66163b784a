import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { MaestroErrorOptions } from '../../contracts/errors/maestro-error.js';
import type { WireHeaders } from '../../contracts/wire-request.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { recordIn, textIn } from '../../kit/json-fields.js';
import { rateLimitsFrom, resetOfUsedUp } from '../../kit/rate-limits.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { headerOf, retryAfterMs } from '../../kit/retry-after.js';

/** The wire's error types with the status that each comes with, which an error inside a stream does not tell. */
const statusByType: ReadonlyMap<string | undefined, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

/** Refusals that have no type of their own; the wording is the only sign. */
const contextTooLong =
  /prompt is too long|exceeds? (?:the )?(?:context|maximum allowed)|context (?:limit|window)|too many total text bytes/i;
const creditGone = /credit balance is too low|usage limits?\b.*\bregain access/i;

/** Words of the provider that may go on: short and of harmless characters, never a sentence. */
const safeWord = /^[\w.-]{1,100}$/;

/** What a refusal over HTTP means. Nothing of the body but its error type and request id goes into the error. */
export function anthropicMessagesFailure(provider: string, status: number, headers: WireHeaders, bodyText: string): MaestroError {
  const body = jsonFrom(bodyText);
  return failureFrom(provider, isRecord(body) ? body : {}, { status, headers });
}

/** What an `error` event inside a stream means: the same words, without status and headers. */
export function anthropicMessagesReport(provider: string, report: JsonRecord): MaestroError {
  return failureFrom(provider, report, { headers: {} });
}

/** Of an API key by requests and tokens, of a subscription by its windows of time (`unified-5h`). */
const rateLimitHeader = /^anthropic-ratelimit-(?<unit>[a-z0-9][a-z0-9-]{0,40})-(?<kind>limit|remaining|reset)$/;

interface Answer {
  readonly status?: number;
  readonly headers: WireHeaders;
}

function failureFrom(provider: string, report: JsonRecord, answer: Answer): MaestroError {
  const error = recordIn(report, 'error');
  const type = safe(textIn(error, 'type'));
  // A 200 that carries an error says as little by its status as a stream does.
  const toldStatus = answer.status !== undefined && answer.status >= 300 ? answer.status : undefined;
  const status = toldStatus ?? statusByType.get(type) ?? 500;
  const requestId = safe(headerOf(answer.headers, 'request-id')) ?? safe(textIn(report, 'request_id'));
  const rateLimits = rateLimitsFrom(answer.headers, rateLimitHeader);
  const wait = retryAfterMs(answer.headers) ?? (status === 429 ? resetOfUsedUp(rateLimits) : undefined);
  const shouldRetry = headerOf(answer.headers, 'x-should-retry');
  const options: MaestroErrorOptions = {
    upstream: {
      ...(toldStatus !== undefined && { status: toldStatus }),
      ...(requestId !== undefined && { requestId }),
      ...(type !== undefined && { code: type }),
      ...(rateLimits.length > 0 && { rateLimits }),
    },
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...((shouldRetry === 'true' || shouldRetry === 'false') && { isRetryable: shouldRetry === 'true' }),
  };
  // The type is more exact than the status where both are known.
  const kind = statusByType.get(type) ?? status;
  return errorOf(provider, { kind, status, reason: type ?? `HTTP ${String(status)}`, text: textIn(error, 'message') ?? '' }, options);
}

interface Refusal {
  /** The status that stands for what happened. */
  readonly kind: number;
  readonly status: number;
  readonly reason: string;
  readonly text: string;
}

function errorOf(provider: string, { kind, status, reason, text }: Refusal, options: MaestroErrorOptions): MaestroError {
  if (kind === 401) return new MaestroError('session.credential-rejected', { provider, status }, options);
  if (kind === 402 || creditGone.test(text)) return new MaestroError('upstream.quota-exhausted', { provider }, options);
  if (kind === 403) return new MaestroError('upstream.permission-denied', { provider, reason }, options);
  if (kind === 404) return new MaestroError('upstream.not-found', { provider, status }, options);
  if (kind === 413) return new MaestroError('upstream.too-large', { provider }, options);
  if (kind === 429) return new MaestroError('upstream.rate-limited', { provider }, options);
  if (kind === 503 || kind === 529) return new MaestroError('upstream.overloaded', { provider }, options);
  if (kind === 408 || kind === 409 || kind >= 500) return new MaestroError('upstream.failed', { provider, status, reason }, options);
  // Redirects are not followed: asking again would end the same way.
  if (kind < 400) return new MaestroError('upstream.failed', { provider, status, reason }, { isRetryable: false, ...options });
  if (contextTooLong.test(text)) return new MaestroError('upstream.context-too-long', { provider }, options);
  return new MaestroError('upstream.invalid-request', { provider, status, reason }, options);
}

function safe(text: string | undefined): string | undefined {
  return text !== undefined && safeWord.test(text) ? text : undefined;
}
