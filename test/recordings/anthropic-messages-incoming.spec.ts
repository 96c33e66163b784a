import { eventsFromAnswer } from '../../src/dialects/anthropic-messages/answer.js';
import { encodeMessagesAnswer } from '../../src/dialects/anthropic-messages/answer-encoder.js';
import { encodeMessagesRequest } from '../../src/dialects/anthropic-messages/request.js';
import { decodeMessagesRequest } from '../../src/dialects/anthropic-messages/request-decoder.js';
import { anthropicMessagesDecoder } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import { anthropicMessagesEncoder } from '../../src/dialects/anthropic-messages/stream-encoder.js';
import { collectAnswer } from '../../src/core/chat/collect-answer.js';
import { isRecord } from '../../src/kit/read-body.js';
import { casesOf, describeRecordings } from './cases.js';
import { readBack, withoutCarried } from './incoming.js';
import { brokenPromises, collected, expectedSummary, readStream, summaryOf } from './summary.js';

const decoder = anthropicMessagesDecoder('acme');

describeRecordings('recorded Messages streams, written again', (recordings) => {
  const streams = casesOf(recordings, 'messages').filter(({ kind, expected }) => kind === 'stream' && expected.error === null);

  it.each(streams)('say what was expected: $id', async ({ body, expected }) => {
    const { events } = await readStream([body], decoder, 'acme');
    const again = await readBack(anthropicMessagesEncoder, decoder, events);
    const said = { ...again, events: withoutCarried(again.events) };
    expect(summaryOf(said)).toEqual(expectedSummary(expected, summaryOf(said)));
    expect(brokenPromises(again)).toEqual([]);
  });

  // A call that was cut must not look like one that could be run: as a whole answer it is left out, and named.
  const whole = streams.filter(({ id }) => id !== 'anthropic/messages/antsdk--incomplete_partial_json_response');

  it.each(whole)('say the same as a whole answer: $id', async ({ body, expected }) => {
    const { events } = await readStream([body], decoder, 'acme');
    const { body: answer } = encodeMessagesAnswer(collectAnswer('s', events));
    const again = await collected(eventsFromAnswer('acme', answer));
    const said = { ...again, events: withoutCarried(again.events) };
    expect(summaryOf(said)).toEqual(expectedSummary(expected, summaryOf(said)));
  });
});

/**
 * What the wire lets clients say in two ways, in one: a text is a block; no `stream` is a whole answer; a schema is of an object;
 * functions come before tools that run with the provider.
 */
function inOneForm(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const { system, messages, tools, stream = false } = body;
  return {
    ...body,
    stream,
    ...(system !== undefined && { system: blocks(system) }),
    messages: (messages as Json[]).map((message) => ({ ...message, content: blocks(message['content']) })),
    ...(Array.isArray(tools) && { tools: (tools as Json[]).map(tool).sort((a, b) => Number('type' in a) - Number('type' in b)) }),
  };
}

type Json = Readonly<Record<string, unknown>>;

function blocks(content: unknown): unknown {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function tool(tool: Json): Json {
  return isRecord(tool['input_schema']) ? { ...tool, input_schema: { type: 'object', ...tool['input_schema'] } } : tool;
}

describeRecordings('recorded Messages requests, written again', (recordings) => {
  const requests = casesOf(recordings, 'messages').flatMap(({ id, request }) => (isRecord(request) ? [{ id, body: request['body'] }] : []));

  it.each(requests)('ask for the same: $id', ({ body }) => {
    const { request, stream, notices } = decodeMessagesRequest(body, 'acme');
    const thinking = isRecord(body) && isRecord(body['thinking']) ? body['thinking'] : {};
    const again = encodeMessagesRequest(request, 'acme', {
      defaultMaxTokens: 1,
      thinking: thinking['type'] === 'adaptive' ? 'adaptive' : 'budget',
    });
    expect(notices).toEqual([]);
    expect(inOneForm({ ...again.body, stream })).toEqual(inOneForm(body));
  });
});
