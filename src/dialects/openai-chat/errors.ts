import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { failureFromAnswer, failureFromReport } from '../../kit/error-report.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';

/** What a refusal means: `{ error: { message, type, param, code } }` and what vendors made of it. */
export const openAiChatFailure = failureFromAnswer;

/** The failure that an event reports instead of going on, if it does. */
export function failureIn(provider: string, chunk: JsonRecord, eventName?: string): MaestroError | undefined {
  const error = chunk['error'];
  if (error !== undefined && error !== null) return failureFromReport(provider, chunk);
  return eventName === 'error' ? failureFromReport(provider, chunk) : undefined;
}

/** A failure written between the events: a line of bare JSON, or one that starts with `error:`. */
export function failureInStrayText(provider: string, text: string): MaestroError | undefined {
  for (const line of text.split('\n')) {
    const body = jsonFrom(line.replace(/^error:/, ''));
    if (!isRecord(body)) continue;
    if (line.startsWith('error:')) return failureFromReport(provider, body);
    const failure = failureIn(provider, body);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

export function malformed(provider: string, problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider, problem });
}
