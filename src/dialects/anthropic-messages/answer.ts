import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { isRecord } from '../../kit/read-body.js';
import { anthropicMessagesReport } from './errors.js';
import { anthropicMessagesDecoder } from './stream-decoder.js';

/**
 * The events of an answer that came whole (`stream: false`): the same that its stream would give, each part in one delta.
 *
 * @throws MaestroError where the body reports a failure or is no message
 */
export function eventsFromAnswer(provider: string, answer: unknown): readonly StreamEvent[] {
  if (isRecord(answer) && isRecord(answer['error'])) throw anthropicMessagesReport(provider, answer);
  if (!isRecord(answer) || !Array.isArray(answer['content'])) {
    throw new MaestroError('upstream.malformed', { provider, problem: 'the answer is no message' });
  }
  const decoder = anthropicMessagesDecoder(provider);
  const started = decoder.decode({ data: JSON.stringify({ type: 'message_start', message: answer }) }, undefined);
  const stopped = decoder.decode({ data: '{"type":"message_stop"}' }, started.state);
  return [...started.events, ...stopped.events];
}
