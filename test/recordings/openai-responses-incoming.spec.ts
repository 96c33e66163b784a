import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { collectAnswer } from '../../src/core/chat/collect-answer.js';
import { encodeResponsesAnswer } from '../../src/dialects/openai-responses/answer-encoder.js';
import { eventsFromResponse } from '../../src/dialects/openai-responses/answer.js';
import { whyIncomplete } from '../../src/dialects/openai-responses/finish-reason.js';
import { decodeResponsesRequest } from '../../src/dialects/openai-responses/request-decoder.js';
import { encodeResponsesRequest } from '../../src/dialects/openai-responses/request.js';
import { openAiResponsesDecoder } from '../../src/dialects/openai-responses/stream-decoder.js';
import { openAiResponsesEncoder } from '../../src/dialects/openai-responses/stream-encoder.js';
import { recordsIn } from '../../src/dialects/openai-responses/wire.js';
import type { JsonRecord } from '../../src/kit/json-fields.js';
import { recordIn } from '../../src/kit/json-fields.js';
import { isRecord } from '../../src/kit/read-body.js';
import { casesOf, describeRecordings } from './cases.js';
import { canonical, withoutPaths } from './equivalent-body.js';
import type { ReadStream, Summary } from './summary.js';
import { summaryOf } from './summary.js';
import { readThrough, recordedStream } from './through-encoders.js';

const encoder = openAiResponsesEncoder({ created: 0 });
const decoder = openAiResponsesDecoder('maestro');

/** What this wire can say of a stream; what it cannot is listed in docs/dialects.md. */
function sayable(stream: ReadStream, isOwn: boolean): Summary {
  const summary = summaryOf(stream);
  const { toolUsePrompt: _beside, cacheWrite, ...usage } = summary.usage ?? {};
  const { finish, isFailed } = summary;
  const files = stream.events.filter((event) => event.type === 'file' && event.data !== undefined && event.mediaType.startsWith('image/'));
  const hasCalls = summary.toolCalls.length > 0;
  return {
    ...summary,
    finish: finish === 'stop' && hasCalls ? 'tool-calls' : finish === 'tool-calls' && !hasCalls ? 'stop' : finish,
    finishRaw: finish === null ? null : (whyIncomplete(finish, summary.finishRaw ?? undefined) ?? 'completed'),
    usage: isFailed || summary.usage === null ? null : { ...usage, ...(cacheWrite !== undefined && cacheWrite > 0 && { cacheWrite }) },
    serverToolCalls: isOwn ? summary.serverToolCalls : files.map(() => 'image_generation_call'),
    // A picture is what a tool made.
    files: 0,
    sources: stream.events.filter((event) => event.type === 'citation' && (isOwn || event.url !== undefined)).length,
  };
}

describeRecordings('recorded streams, written as Responses', (recordings) => {
  const streams = recordings.cases.filter(({ kind }) => kind === 'stream').map((recording) => [recording.id, recording] as const);

  it.each(streams)('%s says the same, or what it does not', async (_id, recording) => {
    const stream = await recordedStream(recording);
    const expected = sayable(stream, recording.api === 'responses');
    const { read, notices } = await readThrough(stream, encoder, decoder);
    expect(summaryOf(read)).toEqual(expected);
    expect(notices.filter((notice) => notice === 'citation')).toHaveLength(summaryOf(stream).sources - expected.sources);
  });

  const answers = casesOf(recordings, 'responses').filter(({ kind }) => kind === 'json');

  it.each(answers.map((recording) => [recording.id, recording] as const))(
    'the whole answer %s says the same',
    (_id, { provider, body }) => {
      const events = eventsOrNone(provider, JSON.parse(body.toString('utf8')));
      if (events.length === 0) return;
      const { body: again } = encodeResponsesAnswer(collectAnswer('s', events), { created: 0 });
      expect(summaryOf({ events: eventsFromResponse('maestro', again) })).toEqual(sayable({ events }, true));
    },
  );
});

/** Some recorded answers are failures. */
function eventsOrNone(provider: string, answer: unknown): readonly StreamEvent[] {
  try {
    return eventsFromResponse(provider, answer);
  } catch {
    return [];
  }
}

/** The same said in two ways: in another place, or by saying nothing. */
function sameWords(body: JsonRecord): JsonRecord {
  const { stream: _stream, store: _store, include: _include, input, instructions, tools, text, reasoning, tool_choice, ...rest } = body;
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : recordsIn({ input }, 'input');
  const all = typeof instructions === 'string' ? [{ role: 'system', content: instructions }, ...items] : items;
  const offered = recordsIn({ tools }, 'tools').map((tool) => (tool['type'] === 'function' ? { strict: false, ...tool } : tool));
  const format = recordIn(recordIn({ text }, 'text'), 'format');
  const { summary, ...thinking } = recordIn({ reasoning }, 'reasoning');
  return {
    ...rest,
    input: all.filter(canGoBack).map(sameItem),
    tools: offered,
    // The wire refuses a choice where there is nothing to choose.
    tool_choice: offered.length > 0 ? tool_choice : undefined,
    text: Object.keys(format).length > 0 ? { format } : undefined,
    reasoning: { ...thinking, summary: typeof summary === 'string' ? 'auto' : undefined },
  };
}

/** A thought that is neither kept nor encrypted, or that has no id to know whose it is, is not sent to a provider of this wire. */
function canGoBack(item: JsonRecord): boolean {
  return item['type'] !== 'reasoning' || (typeof item['id'] === 'string' && typeof item['encrypted_content'] === 'string');
}

function sameItem({ id, status: _status, type = 'message', content, role, ...item }: JsonRecord): JsonRecord {
  const parts = recordsIn({ content }, 'content').map(({ annotations: _annotations, logprobs: _logprobs, ...part }) => part);
  const [first] = parts;
  const isText = parts.length === 1 && typeof first?.['text'] === 'string' && type === 'message';
  return {
    ...item,
    type,
    ...(type === 'reasoning' && { id }),
    ...(role !== undefined && { role: role === 'developer' ? 'system' : role }),
    content: isText ? first['text'] : Array.isArray(content) ? parts : content,
  };
}

describeRecordings('recorded Responses requests', (recordings) => {
  const requests = casesOf(recordings, 'responses').flatMap(({ id, request }) =>
    isRecord(request) && isRecord(request['body']) ? [[id, request['body']] as const] : [],
  );
  const refused = ['previous_response_id', 'prompt', 'conversation'];
  const whole = requests.filter(([, body]) => !refused.some((name) => body[name] != null));

  it.each(whole)('%s is read, and written again as it was', (_id, body) => {
    const { request, notices } = decodeResponsesRequest(body, 'own');
    const again = encodeResponsesRequest(request, { provider: 'own' });
    // Items of the provider's own go back to it, and how much to summarise is asked for in one way.
    const unsaid = notices.filter((path) => path !== 'reasoning.summary' && !/^input\[\d+\]$/.test(path));
    expect(canonical(sameWords({ ...again }))).toEqual(canonical(sameWords(withoutPaths(body, unsaid))));
  });

  it('that stand on what another provider keeps are refused', () => {
    const others = requests.filter((entry) => !whole.includes(entry));
    expect(others.length).toBeGreaterThan(0);
    for (const [, body] of others) expect(() => decodeResponsesRequest(body, 'own')).toThrow(/cannot be used here/);
  });
});
