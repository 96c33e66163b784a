import type { MaestroErrorOptions } from '../contracts/errors/maestro-error.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { WireHeaders } from '../contracts/wire-request.js';
import { numberIn, textIn } from './json-fields.js';
import { durationMs, rateLimitsFrom, resetOfUsedUp } from './rate-limits.js';
import { isRecord, jsonFrom } from './read-body.js';
import { headerOf, retryAfterMs } from './retry-after.js';

/**
 * What a refusal says of itself in the shape that most wires have settled on: `{ error: { message, type, code } }`, or a part
 * of it. The message is looked at and never shown: it may quote the request.
 */
interface ErrorReport {
  readonly status: number | undefined;
  readonly words: readonly string[];
  readonly message: string;
  /** Milliseconds, where the report itself tells when a limit ends. */
  readonly resetsInMs: number | undefined;
}

/** What an answer of status 300 or more means. */
export function failureFromAnswer(provider: string, status: number, headers: WireHeaders, bodyText: string): MaestroError {
  // A 200 that holds an error tells nothing by its status.
  return failureFrom(provider, reportFrom(jsonFrom(bodyText), status >= 300 ? status : undefined), headers);
}

/** What a failure reported inside a stream or a 200 means: the same words, without a status of its own. */
export function failureFromReport(provider: string, report: unknown): MaestroError {
  return failureFrom(provider, reportFrom(report, undefined), {});
}

function reportFrom(body: unknown, status: number | undefined): ErrorReport {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const outer = isRecord(first) ? first : {};
  const error = isRecord(outer['error']) ? outer['error'] : outer;
  const words = [textIn(error, 'code'), textIn(error, 'type')].filter((word) => word !== undefined);
  const seconds = numberIn(error, 'resets_in_seconds');
  return {
    status: status ?? statusIn(error),
    words: words.filter((word) => safeWord.test(word)),
    message: textIn(error, 'message') ?? textIn(outer, 'detail') ?? textIn(outer, 'error') ?? textIn(error, 'detail') ?? '',
    resetsInMs: seconds === undefined ? undefined : seconds * 1000,
  };
}

/** Some write the status where others have a word. */
function statusIn(error: Readonly<Record<string, unknown>>): number | undefined {
  const told = [numberIn(error, 'status_code'), numberIn(error, 'status'), numberIn(error, 'code'), Number(error['code'])];
  return told.find((status) => status !== undefined && status >= 400 && status < 600);
}

/** Machine words that may be shown; a sentence is none. */
const safeWord = /^[\w.-]{1,100}$/;

type Kind = 'credential' | 'permission' | 'quota' | 'rate' | 'missing' | 'too-long' | 'too-large' | 'overloaded' | 'failed' | 'invalid';

/** Words are more exact than the status that they came with; the first row that fits decides. */
const kindOfWord: readonly (readonly [Kind, RegExp])[] = [
  ['quota', /^(insufficient_quota|insufficient_balance|billing_\w+|usage_limit_reached|usage_not_included|quota_exceeded)$/],
  ['too-long', /^(context_length_exceeded|context_window_exceeded)$/],
  ['credential', /^(invalid_api_key|invalid_authentication|authentication_error|token_expired|token_invalidated)$/],
  ['rate', /^(rate_limit_exceeded|rate_limit_error|ratelimitreached|too_many_requests)$/],
  ['missing', /^(model_not_found|not_found_error|deploymentnotfound)$/],
  ['permission', /^(permission_error|permission_denied|access_denied|unsupported_country_region_territory)$/],
  ['overloaded', /^(overloaded|overloaded_error|engine_overloaded|server_is_overloaded|slow_down|service_unavailable)$/],
];

const kindOfMessage: readonly (readonly [Kind, RegExp])[] = [
  ['permission', /insufficient permissions|missing scopes/i],
  [
    'too-long',
    /maximum context length|context (?:length|window) (?:is |was )?exceeded|exceeded max context length|prompt (?:is )?too long/i,
  ],
];

const kindOfWeakWord: readonly (readonly [Kind, RegExp])[] = [
  ['failed', /^(server_error|internal_error|internal_server_error|api_error)$/],
  ['invalid', /^invalid_|_error$/],
];

function kindOf({ status, words, message }: ErrorReport): Kind {
  const told = words.map((word) => word.toLowerCase());
  const byWord = (table: typeof kindOfWord): Kind | undefined => table.find(([, form]) => told.some((word) => form.test(word)))?.[0];
  return (
    byWord(kindOfWord) ??
    kindOfMessage.find(([, form]) => form.test(message))?.[0] ??
    (status === undefined ? undefined : kindOfStatus(status)) ??
    byWord(kindOfWeakWord) ??
    'failed'
  );
}

function kindOfStatus(status: number): Kind {
  switch (status) {
    case 401:
      return 'credential';
    case 402:
      return 'quota';
    case 403:
      return 'permission';
    case 404:
      return 'missing';
    case 413:
      return 'too-large';
    case 429:
      return 'rate';
    case 503:
    case 529:
      return 'overloaded';
    default:
      return status >= 500 || status < 400 || status === 408 || status === 409 ? 'failed' : 'invalid';
  }
}

function failureFrom(provider: string, report: ErrorReport, headers: WireHeaders): MaestroError {
  const kind = kindOf(report);
  const { status } = report;
  const reason = report.words[0] ?? 'no reason given';
  const options = optionsFrom(report, headers, kind);
  switch (kind) {
    case 'credential':
      return new MaestroError('session.credential-rejected', { provider, status: status ?? 401 }, options);
    case 'permission':
      return new MaestroError('upstream.permission-denied', { provider, reason }, options);
    case 'quota':
      return new MaestroError('upstream.quota-exhausted', { provider }, options);
    case 'rate':
      return new MaestroError('upstream.rate-limited', { provider }, options);
    case 'missing':
      return new MaestroError('upstream.not-found', { provider, status: status ?? 404 }, options);
    case 'too-long':
      return new MaestroError('upstream.context-too-long', { provider }, options);
    case 'too-large':
      return new MaestroError('upstream.too-large', { provider }, options);
    case 'overloaded':
      return new MaestroError('upstream.overloaded', { provider }, options);
    case 'invalid':
      return new MaestroError('upstream.invalid-request', { provider, status: status ?? 400, reason }, options);
    case 'failed':
      return new MaestroError('upstream.failed', { provider, status, reason }, options);
  }
}

const rateLimitHeader = /^x-ratelimit-(?<kind>limit|remaining|reset)-(?<unit>[a-z][a-z-]{0,40})$/;

function optionsFrom(report: ErrorReport, headers: WireHeaders, kind: Kind): MaestroErrorOptions {
  const { status } = report;
  const code = report.words[0];
  const requestId = ['x-request-id', 'request-id', 'apim-request-id'].map((name) => headerOf(headers, name)).find(isWord);
  const rateLimits = rateLimitsFrom(headers, rateLimitHeader);
  const told = retryAfterMs(headers) ?? report.resetsInMs;
  const delay = told ?? (kind === 'rate' ? (delayIn(report.message) ?? resetOfUsedUp(rateLimits)) : undefined);
  const verdict = headerOf(headers, 'x-should-retry');
  // A redirect is never followed: asking again would end the same way.
  const isFinal = verdict === 'false' || (verdict !== 'true' && status !== undefined && status < 400);
  return {
    ...(delay !== undefined && { retryAfterMs: delay }),
    upstream: {
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId }),
      ...(code !== undefined && { code }),
      ...(rateLimits.length > 0 && { rateLimits }),
    },
    ...(verdict === 'true' && { isRetryable: true }),
    ...(isFinal && { isRetryable: false }),
  };
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && safeWord.test(text);
}

/** "Please try again in 1.2s" and the like: the delay stands in the text only. */
function delayIn(message: string): number | undefined {
  const match = /try again in ((?:\d+(?:\.\d+)?(?:ms|[smh]) ?)+)/i.exec(message);
  return match?.[1] === undefined ? undefined : durationMs(match[1]);
}
