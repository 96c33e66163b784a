import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ServerSentEvent, WireResponse } from '../../contracts/wire-request.js';
import { failureFromEvent } from '../../dialects/openai-responses/errors.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, numberIn, recordIn, textIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { sseDecoder } from '../../kit/sse-decoder.js';
import { providerId } from './openai.calls.js';

/** Bytes of a stream that is held to be told as one. */
const maxBytes = 64 * 1024 * 1024;

const terminal: readonly string[] = ['response.completed', 'response.incomplete', 'response.failed'];

/**
 * The answer that a stream amounts to, for who did not ask for a stream where nothing else can be asked for.
 *
 * @throws MaestroError what an event of type `error` reports, `upstream.truncated`, `upstream.malformed`, transport errors
 */
export async function wholeAnswer({ status, headers, body }: WireResponse): Promise<WireResponse> {
  const { 'content-length': _length, ...others } = headers;
  const response = await responseIn(body);
  return { status, headers: { ...others, 'content-type': 'application/json' }, body: oneOf(JSON.stringify(response)) };
}

async function responseIn(body: AsyncIterable<Uint8Array>): Promise<JsonRecord> {
  const decoder = sseDecoder();
  const items = new Map<number, unknown>();
  let length = 0;
  for await (const bytes of body) {
    length += bytes.byteLength;
    if (length > maxBytes) throw new MaestroError('upstream.malformed', { provider: providerId, problem: 'the answer has no end' });
    const response = endIn(decoder.push(bytes), items);
    if (response !== undefined) return response;
  }
  const response = endIn(decoder.end(), items);
  if (response === undefined) throw new MaestroError('upstream.truncated', { provider: providerId });
  return response;
}

/** @param items whole ones so far, by their places: the last event does not always repeat them */
function endIn(events: readonly ServerSentEvent[], items: Map<number, unknown>): JsonRecord | undefined {
  for (const { data } of events) {
    const event = jsonFrom(data);
    if (!isRecord(event)) continue;
    const type = textIn(event, 'type') ?? '';
    if (type === 'error') throw failureFromEvent(providerId, event);
    if (type === 'response.output_item.done') items.set(numberIn(event, 'output_index') ?? items.size, event['item']);
    if (!terminal.includes(type)) continue;
    const response = recordIn(event, 'response');
    const output = [...items].sort(([one], [other]) => one - other).map(([, item]) => item);
    return listIn(response, 'output').length > 0 ? response : { ...response, output };
  }
  return undefined;
}

async function* oneOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
