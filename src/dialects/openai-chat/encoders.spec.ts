import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ChatAnswer, StreamEvent } from '../../contracts/stream-event.js';
import { encodeChatAnswer } from './answer-encoder.js';
import type { ChatAnswerOptions, ChatEncoderState } from './encoder-state.js';
import { encodeChatError } from './error-encoder.js';
import { decodeChatRequest } from './request-decoder.js';
import { openAiChatEncoder } from './stream-encoder.js';

function framesOf(events: readonly StreamEvent[], options: Partial<ChatAnswerOptions> = {}) {
  const encoder = openAiChatEncoder({ created: 7, ...options });
  let state: ChatEncoderState | undefined;
  const notices: string[] = [];
  const chunks: unknown[] = [];
  for (const event of events) {
    const step = encoder.encode(event, state);
    state = step.state;
    notices.push(...step.notices);
    chunks.push(...step.frames.map(({ data }): unknown => (data.startsWith('{') ? JSON.parse(data) : data)));
  }
  return { chunks, notices };
}

const start: StreamEvent = { type: 'message-start', id: 'chatcmpl-1', model: 'm' };
const end: StreamEvent = { type: 'message-end', reason: 'stop', usage: { input: 3, output: 2, reasoning: 1, toolUsePrompt: 4 } };

function deltasOf(events: readonly StreamEvent[], options?: Partial<ChatAnswerOptions>): readonly unknown[] {
  return framesOf([start, ...events, end], options)
    .chunks.slice(1, -2)
    .map((chunk) => (chunk as { readonly choices: readonly { readonly delta: unknown }[] }).choices[0]?.delta);
}

describe('a Chat Completions stream', () => {
  it('has the role first, then what is said, why it ends, the usage for who asked, and its mark', () => {
    const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 7, model: 'm' };
    const choice = { index: 0, logprobs: null, finish_reason: null };
    const events: readonly StreamEvent[] = [start, { type: 'text-delta', part: 0, text: 'Hi' }, { type: 'usage', input: 1 }, end];
    expect(framesOf(events)).toEqual({
      chunks: [
        { ...base, choices: [{ ...choice, delta: { role: 'assistant', content: '', refusal: null } }] },
        { ...base, choices: [{ ...choice, delta: { content: 'Hi' } }] },
        { ...base, choices: [{ ...choice, delta: {}, finish_reason: 'stop' }] },
        '[DONE]',
      ],
      notices: ['usage toolUsePrompt'],
    });
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, completion_tokens_details: { reasoning_tokens: 1 } };
    expect(framesOf(events, { includeUsage: true }).chunks.slice(-2)).toEqual([{ ...base, choices: [], usage }, '[DONE]']);
  });

  it('tells the usage that was told on the way where the end tells none', () => {
    const { chunks } = framesOf([start, { type: 'usage', output: 5 }, { type: 'message-end', reason: 'stop' }], { includeUsage: true });
    expect(chunks.at(-2)).toMatchObject({ usage: { completion_tokens: 5 } });
    expect(framesOf([start, { type: 'message-end', reason: 'stop' }], { includeUsage: true }).chunks).toHaveLength(3);
  });

  it('gives calls by their index, and free text to tools that were declared so', () => {
    const events: readonly StreamEvent[] = [
      { type: 'tool-call-start', part: 0, callId: 'a', name: 'f' },
      { type: 'tool-call-start', part: 1, callId: 'b', name: 'run' },
      { type: 'tool-call-delta', callId: 'a', json: '{"x":' },
      { type: 'tool-call-delta', callId: 'b', json: '{ "input"' },
      { type: 'tool-call-delta', callId: 'b', json: ': "l\\' },
      { type: 'tool-call-delta', callId: 'b', json: 'ns"}' },
      { type: 'tool-call-delta', callId: 'a', json: '1}' },
      { type: 'tool-call-end', callId: 'a' },
      { type: 'tool-call-end', callId: 'b', providerData: { type: 'custom' } },
      { type: 'tool-call-start', part: 2, callId: 'c', name: 'run' },
      { type: 'tool-call-delta', callId: 'c', json: '{"other":1}' },
      { type: 'tool-call-end', callId: 'c' },
    ];
    expect(deltasOf(events, { customTools: new Set(['run']) })).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 1, id: 'b', type: 'custom', custom: { name: 'run', input: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"x":' } }] },
      { tool_calls: [{ index: 1, custom: { input: 'l' } }] },
      { tool_calls: [{ index: 1, custom: { input: '\ns' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '1}' } }] },
      { tool_calls: [{ index: 2, id: 'c', type: 'custom', custom: { name: 'run', input: '' } }] },
      { tool_calls: [{ index: 2, custom: { input: '{"other":1}' } }] },
    ]);
  });

  it('names what the wire cannot say', () => {
    const { notices } = framesOf([
      start,
      { type: 'server-tool', callId: 's', name: 'web_search', phase: 'start' },
      { type: 'server-tool', callId: 's', name: 'web_search', phase: 'result' },
      { type: 'provider-event', name: 'odd', data: {} },
      { type: 'file', part: 0, mediaType: 'application/pdf', data: 'AA==' },
      { type: 'citation', part: 0, title: 'a page of a document' },
      { type: 'citation', part: 0, url: 'https://a.example', citedText: 'words' },
    ]);
    expect(notices).toEqual(['server-tool web_search', 'provider-event odd', 'file application/pdf', 'citation', 'citation citedText']);
  });

  it.each([
    ['tool-calls', undefined, 'tool_calls'],
    ['length', 'max_tokens', 'length'],
    ['other', 'insufficient_resources', 'insufficient_resources'],
    ['other', 'stop', 'other'],
    ['other', undefined, 'other'],
  ] as const)('ends for %s, which the provider calls %s, with %s', (reason, providerReason, word) => {
    const { chunks } = framesOf([start, { type: 'message-end', reason, ...(providerReason !== undefined && { providerReason }) }]);
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: word }] });
  });

  it('is named by our own id where the provider gave none', () => {
    expect(framesOf([{ type: 'message-start', streamId: 's-1', model: '' }]).chunks).toMatchObject([{ id: 's-1' }]);
    expect(framesOf([{ type: 'message-start', model: '' }]).chunks).toMatchObject([{ id: 'chatcmpl-0' }]);
  });

  it('ends with the error where it fails, which the vendor’s own clients throw', () => {
    const error = new MaestroError('upstream.truncated', { provider: 'acme' });
    const { body } = encodeChatError(error);
    expect(openAiChatEncoder({ created: 7 }).fail(error, undefined)).toEqual([{ data: JSON.stringify(body) }]);
    expect(body).toEqual({ error: { message: error.message, type: 'server_error', param: null, code: 'upstream_truncated' } });
  });
});

describe('a whole Chat Completions answer', () => {
  const answer: ChatAnswer = {
    streamId: 's-1',
    model: 'm',
    role: 'assistant',
    content: [
      { type: 'reasoning', text: 'Hm', signature: 'sig' },
      { type: 'text', text: 'Hi ' },
      { type: 'text', text: 'you' },
      { type: 'citation', url: 'https://a.example', start: 1, end: 2 },
      { type: 'image', data: 'AAAA', mediaType: 'image/png' },
      { type: 'tool-call', callId: 'a', name: 'f', arguments: { x: 1 }, providerData: { thoughtSignature: 't' } },
      { type: 'tool-call', callId: 'b', name: 'run', arguments: { input: 'ls' }, providerData: { type: 'custom' } },
      { type: 'server-tool', callId: 's', name: 'search' },
      { type: 'audio', data: 'AAAA', transcript: 'la' },
    ],
    reason: 'tool-calls',
    usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 },
  };

  it('is what the deltas add up to', () => {
    const { body, notices } = encodeChatAnswer(answer, { created: 7, customTools: new Set(['run']) });
    expect(body).toEqual({
      id: 's-1',
      object: 'chat.completion',
      created: 7,
      model: 'm',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Hi you',
            refusal: null,
            reasoning_content: 'Hm',
            reasoning_details: [
              { type: 'reasoning.text', text: 'Hm', signature: 'sig', index: 0 },
              { type: 'reasoning.encrypted', id: 'a', data: expect.any(String) },
            ],
            annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example', title: '', start_index: 1, end_index: 2 } }],
            images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
            audio: { data: 'AAAA', transcript: 'la' },
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
              { id: 'b', type: 'custom', custom: { name: 'run', input: 'ls' } },
            ],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 1,
        completion_tokens: 2,
        total_tokens: 3,
        prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 4 },
      },
    });
    expect(notices).toEqual(['server-tool search']);
  });

  it('comes back as what it was: signatures and what providers want back among it', () => {
    const { body } = encodeChatAnswer(answer, { created: 7, customTools: new Set(['run']) });
    const [choice] = (body as unknown as { readonly choices: readonly { readonly message: object }[] }).choices;
    const { request, notices } = decodeChatRequest({ model: 'm', messages: [choice?.message] }, 'own');
    expect(request.messages).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm', signature: 'sig' },
          { type: 'text', text: 'Hi you' },
          { type: 'tool-call', callId: 'a', name: 'f', arguments: { x: 1 }, providerData: { thoughtSignature: 't' } },
          { type: 'tool-call', callId: 'b', name: 'run', arguments: { input: 'ls' }, providerData: { type: 'custom' } },
        ],
      },
    ]);
    expect(notices).toEqual(['messages[0].images', 'messages[0].audio']);
  });

  it('that says nothing has no content, and one without usage tells none', () => {
    const { usage: _usage, ...rest } = answer;
    const { body } = encodeChatAnswer({ ...rest, content: [], reason: 'stop' }, { created: 7 });
    expect(body).toMatchObject({ choices: [{ message: { content: null }, finish_reason: 'stop' }] });
    expect(body).not.toHaveProperty('usage');
  });
});
