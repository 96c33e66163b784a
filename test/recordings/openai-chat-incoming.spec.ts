import { collectAnswer } from '../../src/core/chat/collect-answer.js';
import { encodeChatAnswer } from '../../src/dialects/openai-chat/answer-encoder.js';
import { eventsFromChatAnswer } from '../../src/dialects/openai-chat/answer.js';
import { wordOfFinish } from '../../src/dialects/openai-chat/finish-reason.js';
import { decodeChatRequest } from '../../src/dialects/openai-chat/request-decoder.js';
import { encodeChatRequest } from '../../src/dialects/openai-chat/request.js';
import { openAiChatDecoder } from '../../src/dialects/openai-chat/stream-decoder.js';
import { openAiChatEncoder } from '../../src/dialects/openai-chat/stream-encoder.js';
import { recordsIn } from '../../src/dialects/openai-chat/wire.js';
import type { JsonRecord } from '../../src/kit/json-fields.js';
import { recordIn } from '../../src/kit/json-fields.js';
import { isRecord } from '../../src/kit/read-body.js';
import { casesOf, describeRecordings } from './cases.js';
import { canonical, withoutPaths } from './equivalent-body.js';
import type { ReadStream, Summary } from './summary.js';
import { summaryOf } from './summary.js';
import { readThrough, recordedStream } from './through-encoders.js';

const encoder = openAiChatEncoder({ created: 0, includeUsage: true });
const decoder = openAiChatDecoder('maestro');

/** What this wire can say of a stream; what it cannot is listed in docs/dialects.md. */
function sayable(stream: ReadStream): Summary {
  const summary = summaryOf(stream);
  const { toolUsePrompt: _beside, cacheWrite, ...usage } = summary.usage ?? {};
  return {
    ...summary,
    finishRaw: summary.finish === null ? null : wordOfFinish(summary.finish, summary.finishRaw ?? undefined),
    usage:
      summary.isFailed || summary.usage === null ? null : { ...usage, ...(cacheWrite !== undefined && cacheWrite > 0 && { cacheWrite }) },
    serverToolCalls: [],
    sources: stream.events.filter((event) => event.type === 'citation' && event.url !== undefined).length,
  };
}

describeRecordings('recorded streams, written as Chat Completions', (recordings) => {
  const streams = recordings.cases.filter(({ kind }) => kind === 'stream').map((recording) => [recording.id, recording] as const);

  it.each(streams)('%s says the same, or what it does not', async (_id, recording) => {
    const stream = await recordedStream(recording);
    const { read, notices } = await readThrough(stream, encoder, decoder);
    expect(summaryOf(read)).toEqual(sayable(stream));
    expect(notices.filter((notice) => notice === 'citation')).toHaveLength(summaryOf(stream).sources - sayable(stream).sources);
    for (const tool of stream.events)
      if (tool.type === 'server-tool' && tool.phase === 'start') expect(notices).toContain(`server-tool ${tool.name}`);
  });

  const answers = casesOf(recordings, 'chat').filter(({ kind }) => kind === 'json');

  it.each(answers.map((recording) => [recording.id, recording] as const))(
    'the whole answer %s says the same',
    (_id, { provider, body }) => {
      const events = eventsOrNone(provider, JSON.parse(body.toString('utf8')));
      if (events.length === 0) return;
      const { body: again } = encodeChatAnswer(collectAnswer('s', events), { created: 0 });
      expect(summaryOf({ events: eventsFromChatAnswer('maestro', again) })).toEqual(sayable({ events }));
    },
  );
});

/** Two recorded answers are failures. */
function eventsOrNone(provider: string, answer: unknown): ReturnType<typeof eventsFromChatAnswer> {
  try {
    return eventsFromChatAnswer(provider, answer);
  } catch {
    return [];
  }
}

/** The same said in two ways: under another name, or by saying nothing. */
function sameWords(body: JsonRecord): JsonRecord {
  const { stream: _stream, stream_options: _usage, n: _one, max_completion_tokens, max_tokens = max_completion_tokens, ...rest } = body;
  const { tools, tool_choice, reasoning: _reasoning, reasoning_effort = recordIn(body, 'reasoning')['effort'], messages, ...others } = rest;
  return {
    ...others,
    max_tokens,
    tools:
      recordsIn({ tools }, 'tools').length === 0 ? undefined : recordsIn({ tools }, 'tools').map((tool) => ({ type: 'function', ...tool })),
    tool_choice: tool_choice === 'any' ? 'required' : tool_choice,
    reasoning_effort,
    messages: recordsIn({ messages }, 'messages').map(sameMessage),
  };
}

function sameMessage({ content, role, reasoning, reasoning_content = reasoning, ...message }: JsonRecord): JsonRecord {
  const hasCalls = recordsIn(message, 'tool_calls').length > 0;
  const details = recordsIn(message, 'reasoning_details').map(({ format: _format, ...detail }) => detail);
  return {
    ...message,
    role: role === 'developer' ? 'system' : role,
    content: hasCalls && content === '' ? undefined : content,
    ...(hasCalls && { tool_calls: recordsIn(message, 'tool_calls').map((call) => ({ type: 'function', ...call })) }),
    // The words stand in the details too.
    ...(details.length > 0 ? { reasoning_details: details } : { reasoning_content }),
  };
}

describeRecordings('recorded Chat Completions requests', (recordings) => {
  const requests = casesOf(recordings, 'chat').flatMap(({ id, request }) =>
    isRecord(request) && isRecord(request['body']) ? [[id, request['body']] as const] : [],
  );
  const vendor = { provider: 'own', takesReasoningBack: true, takesReasoningDetails: true, takesTopK: true } as const;

  it.each(requests)('%s is read, and written again as it was', (_id, body) => {
    const { request, notices } = decodeChatRequest(body, 'own');
    const again = encodeChatRequest(request, vendor);
    expect(canonical(sameWords(again))).toEqual(canonical(sameWords(withoutPaths(body, notices))));
  });
});
