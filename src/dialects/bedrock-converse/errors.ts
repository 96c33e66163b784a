import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { WireHeaders } from '../../contracts/wire-request.js';
import { failureFromAnswer, failureFromReport } from '../../kit/error-report.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { textIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { headerOf } from '../../kit/retry-after.js';

/** This wire's names of failures in the words that most wires have settled on. */
const words: Readonly<Record<string, string>> = {
  ThrottlingException: 'rate_limit_exceeded',
  ServiceQuotaExceededException: 'quota_exceeded',
  AccessDeniedException: 'access_denied',
  ResourceNotFoundException: 'model_not_found',
  ServiceUnavailableException: 'service_unavailable',
  ModelNotReadyException: 'service_unavailable',
  UnrecognizedClientException: 'invalid_api_key',
  InvalidSignatureException: 'invalid_api_key',
  IncompleteSignatureException: 'invalid_api_key',
  MissingAuthenticationTokenException: 'invalid_api_key',
  ExpiredTokenException: 'token_expired',
};

/** What an answer of status 300 or more means; its name stands in a header, or in the body. */
export function converseFailure(provider: string, status: number, headers: WireHeaders, bodyText: string): MaestroError {
  const body = jsonFrom(bodyText);
  const report = isRecord(body) ? body : {};
  const name = headerOf(headers, 'x-amzn-errortype') ?? textIn(report, '__type') ?? '';
  const requestId = headerOf(headers, 'x-amzn-requestid');
  const known = { ...headers, ...(requestId !== undefined && { 'x-request-id': requestId }) };
  return failureFromAnswer(provider, status, known, JSON.stringify(commonReport(name, report)));
}

/** What an exception within a stream means. */
export function converseReport(provider: string, name: string, report: JsonRecord): MaestroError {
  return failureFromReport(provider, commonReport(name, report));
}

/** Names come bare, with an address behind (`…:http://…`) or a space before (`com.amazon…#…`). */
function commonReport(name: string, report: JsonRecord): object {
  const bare = (name.split(':')[0] ?? '').split('#').at(-1) ?? '';
  const message = textIn(report, 'message') ?? textIn(report, 'Message') ?? '';
  const isTooLong = /input is too long|too many (?:input )?tokens/i.test(message) && bare === 'ValidationException';
  return { error: { code: isTooLong ? 'context_length_exceeded' : (words[bare] ?? bare), message } };
}
