import type { StreamEvent } from '../../contracts/stream-event.js';
import { isRecord } from '../../kit/read-body.js';
import { failureFromEvent, malformed } from './errors.js';
import { openAiResponsesDecoder } from './stream-decoder.js';

/**
 * The events that a whole answer amounts to: it is what a stream's last event holds.
 *
 * @throws MaestroError what the answer reports instead, `upstream.malformed`
 */
export function eventsFromResponse(provider: string, response: unknown): readonly StreamEvent[] {
  if (!isRecord(response)) throw malformed(provider, 'the answer is no JSON object');
  if (!Array.isArray(response['output'])) {
    if (isRecord(response['error'])) throw failureFromEvent(provider, response);
    throw malformed(provider, 'the answer has no output');
  }
  const data = JSON.stringify({ type: 'response.completed', response });
  return openAiResponsesDecoder(provider).decode({ data }, undefined).events;
}
