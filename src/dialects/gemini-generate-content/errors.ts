import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import type { MaestroErrorOptions, RateLimit } from '../../contracts/errors/maestro-error.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { WireHeaders } from '../../contracts/wire-request.js';
import { numberIn, textIn } from '../../kit/json-fields.js';
import { jsonFrom } from '../../kit/read-body.js';
import { headerOf, retryAfterMs } from '../../kit/retry-after.js';
import { isJsonObject, recordAt, recordsAt } from './wire.js';

/** What a refusal says of itself, read from a `google.rpc.Status` (https://google.aip.dev/193). All words, no text. */
interface Refusal {
  readonly provider: string;
  readonly status: number;
  /** `RESOURCE_EXHAUSTED` and the like. */
  readonly rpcStatus?: string;
  /** `API_KEY_INVALID` and the like, from `ErrorInfo`. */
  readonly reason?: string;
  readonly message: string;
  readonly details: readonly JsonObject[];
}

/** The status of an error that came without one, by its word (https://cloud.google.com/apis/design/errors#handling_errors). */
const statusOfWord: ReadonlyMap<string, number> = new Map<string, number>([
  ['INVALID_ARGUMENT', 400],
  ['FAILED_PRECONDITION', 400],
  ['OUT_OF_RANGE', 400],
  ['UNAUTHENTICATED', 401],
  ['PERMISSION_DENIED', 403],
  ['NOT_FOUND', 404],
  ['ABORTED', 409],
  ['ALREADY_EXISTS', 409],
  ['RESOURCE_EXHAUSTED', 429],
  ['CANCELLED', 499],
  ['UNAVAILABLE', 503],
  ['DEADLINE_EXCEEDED', 504],
]);

/** An answer that is none. A 200 that carries an error says as little by its status as a stream does. */
export function errorFromResponse(provider: string, status: number, headers: WireHeaders, bodyText: string): MaestroError {
  const report = reportFrom(bodyText) ?? {};
  return errorFrom(refusalFrom(provider, status < 300 ? statusTold(report) : status, report), headers);
}

/** The value of `error` in a stream's event. */
export function errorFromReport(provider: string, report: JsonObject): MaestroError {
  return errorFrom(refusalFrom(provider, statusTold(report), report), {});
}

function statusTold(report: JsonObject): number {
  return numberIn(report, 'code') ?? statusOfWord.get(textIn(report, 'status') ?? '') ?? 500;
}

/** An error written between the events of a stream, as bare JSON. `undefined` where the text is none, or not whole. */
export function errorFromText(provider: string, text: string): MaestroError | undefined {
  const report = reportFrom(text);
  return report && errorFromReport(provider, report);
}

function reportFrom(text: string): JsonObject | undefined {
  // JSON gives JSON values; without `alt=sse` the error is the one item of an array.
  const value = jsonFrom(text) as JsonValue | undefined;
  const body = Array.isArray(value) ? (value as readonly JsonValue[])[0] : value;
  return isJsonObject(body) ? recordAt(body, 'error') : undefined;
}

function refusalFrom(provider: string, status: number, report: JsonObject): Refusal {
  const details = recordsAt(report, 'details');
  const rpcStatus = wordAt(report, 'status');
  const reason = details.map((detail) => wordAt(detail, 'reason')).find((word) => word !== undefined);
  return {
    provider,
    status,
    ...(rpcStatus !== undefined && { rpcStatus }),
    ...(reason !== undefined && { reason }),
    message: textIn(report, 'message') ?? '',
    details,
  };
}

/** A machine's word, and nothing that could be a sentence or a secret. */
function wordAt(record: JsonObject, name: string): string | undefined {
  const word = textIn(record, name);
  return word !== undefined && /^[A-Z][A-Z_]{1,62}$/.test(word) ? word : undefined;
}

function errorFrom(refusal: Refusal, headers: WireHeaders): MaestroError {
  const { provider, status } = refusal;
  const options = optionsOf(refusal, headers);
  const reason = refusal.reason ?? refusal.rpcStatus ?? 'no reason given';
  if (isCredentialRefused(refusal)) return new MaestroError('session.credential-rejected', { provider, status }, options);
  if (isAccountRefused(refusal)) return new MaestroError('upstream.permission-denied', { provider, reason }, options);
  if (status === 404) return new MaestroError('upstream.not-found', { provider, status }, options);
  if (status === 413) return new MaestroError('upstream.too-large', { provider }, options);
  if (status === 429)
    return new MaestroError(isQuotaGone(refusal) ? 'upstream.quota-exhausted' : 'upstream.rate-limited', { provider }, options);
  if (status === 503 || status === 529) return new MaestroError('upstream.overloaded', { provider }, options);
  if (isTooLong(refusal)) return new MaestroError('upstream.context-too-long', { provider }, options);
  if (status >= 500 || status === 408 || status === 499) return new MaestroError('upstream.failed', { provider, status, reason }, options);
  // A redirect is never followed, and leads elsewhere the next time, too.
  if (status < 400) return new MaestroError('upstream.failed', { provider, status, reason }, { isRetryable: false, ...options });
  return new MaestroError('upstream.invalid-request', { provider, status, reason }, options);
}

/** A bad key is a 400 here, told by its reason. */
function isCredentialRefused({ status, reason }: Refusal): boolean {
  return status === 401 || (status < 404 && (reason === 'API_KEY_INVALID' || reason === 'ACCESS_TOKEN_TYPE_UNSUPPORTED'));
}

/** FAILED_PRECONDITION: no billing, or a country that is not served. */
function isAccountRefused({ status, rpcStatus }: Refusal): boolean {
  return status === 402 || status === 403 || rpcStatus === 'FAILED_PRECONDITION';
}

/** Of the day, or of a plan that has none at all: waiting some seconds is no help. */
function isQuotaGone({ details, message }: Refusal): boolean {
  return quotasIn(details).some(({ unit }) => /PerDay|Daily/i.test(unit)) || /\blimit: 0\b/.test(message);
}

/** The limits that were met, from `QuotaFailure`. */
function quotasIn(details: readonly JsonObject[]): readonly RateLimit[] {
  return details
    .flatMap((detail) => recordsAt(detail, 'violations'))
    .flatMap((violation) => {
      const unit = textIn(violation, 'quotaId');
      if (!isToken(unit)) return [];
      const limit = Number(textIn(violation, 'quotaValue') ?? Number.NaN);
      return [{ unit, ...(Number.isSafeInteger(limit) && limit >= 0 && { limit }), remaining: 0 }];
    });
}

function isTooLong({ status, message }: Refusal): boolean {
  return status === 400 && /token count.*exceeds/i.test(message);
}

function optionsOf(refusal: Refusal, headers: WireHeaders): MaestroErrorOptions {
  const delay = retryAfterMs(headers) ?? delayFrom(refusal);
  const requestId = headerOf(headers, 'x-request-id') ?? refusal.details.map((detail) => textIn(detail, 'requestId')).find(isToken);
  const code = refusal.reason ?? refusal.rpcStatus;
  const rateLimits = quotasIn(refusal.details);
  return {
    ...(delay !== undefined && { retryAfterMs: delay }),
    upstream: {
      status: refusal.status,
      ...(requestId !== undefined && { requestId }),
      ...(code !== undefined && { code }),
      ...(rateLimits.length > 0 && { rateLimits }),
    },
  };
}

function isToken(text: string | undefined): text is string {
  return text !== undefined && /^[\w-]{1,200}$/.test(text);
}

/** The delay stands in the body: `RetryInfo.retryDelay` ("34.4s"), or only in the message. */
function delayFrom({ details, message }: Refusal): number | undefined {
  const told = details.map((detail) => textIn(detail, 'retryDelay')).find((delay) => delay !== undefined);
  const match = /^(\d+(?:\.\d+)?)(m?s)$/.exec(told ?? '') ?? /retry in (\d+(?:\.\d+)?)(m?s)\b/i.exec(message);
  if (match === null) return undefined;
  const [, amount, unit] = match;
  return Math.ceil(Number(amount) * (unit === 'ms' ? 1 : 1000));
}
