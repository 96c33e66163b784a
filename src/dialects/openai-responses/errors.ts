import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { failureFromAnswer, failureFromReport } from '../../kit/error-report.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';

/** What a refusal means: `{ error: { message, type, param, code } }`. */
export const openAiResponsesFailure = failureFromAnswer;

/** The failure that an event of type `error` reports: beside its type, or as an object of its own. */
export function failureFromEvent(provider: string, event: JsonRecord): MaestroError {
  const { error, code, message, param } = event;
  return failureFromReport(provider, isRecord(error) ? { error } : { code, message, param });
}

/** The failure that a response ended with. */
export function failureFromResponse(provider: string, response: JsonRecord): MaestroError {
  return failureFromReport(provider, { error: response['error'] });
}

/** A failure written between the events, as bare JSON. */
export function failureInStrayText(provider: string, text: string): MaestroError | undefined {
  const reports = text.split('\n').map(jsonFrom);
  const report = reports.find((body) => isRecord(body) && isRecord(body['error']));
  return report === undefined ? undefined : failureFromReport(provider, report);
}

export function malformed(provider: string, problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider, problem });
}
