import type { ErrorCode } from '../../contracts/errors/catalogue.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ChatAnswer, StreamEvent } from '../../contracts/stream-event.js';
import { carry } from '../../kit/carried.js';
import { encodeMessagesAnswer, encodeMessagesTokenCount } from './answer-encoder.js';
import { encodeMessagesError } from './error-encoder.js';
import { anthropicMessagesFailure } from './errors.js';
import { anthropicMessagesEncoder } from './stream-encoder.js';
import type { MessagesWriting } from './writing.js';

const start: StreamEvent = { type: 'message-start', id: 'a1', model: 'm' };
const end: StreamEvent = { type: 'message-end', reason: 'stop' };

function encoded(...events: readonly StreamEvent[]) {
  let state: MessagesWriting | undefined;
  const frames: unknown[] = [];
  const notices: string[] = [];
  for (const event of [start, ...events]) {
    const step = anthropicMessagesEncoder.encode(event, state);
    state = step.state;
    frames.push(...step.frames.map(({ data }) => JSON.parse(data) as unknown));
    notices.push(...step.notices);
  }
  return { frames, notices };
}

/** The frames between the beginning and the end of the message. */
function blocks(...events: readonly StreamEvent[]) {
  const { frames, notices } = encoded(...events, end);
  return { frames: frames.slice(1, -2), notices };
}

describe('a stream for a client of the Messages wire', () => {
  it('tells with its start what was read, and with its end what was written', () => {
    const { frames } = encoded(
      { type: 'usage', input: 10, cacheRead: 4, cacheWrite: 1 },
      { type: 'provider-event', name: 'message_start', data: { usage: { service_tier: 'standard' } } },
      { type: 'text-delta', part: 0, text: 'Hi' },
      { type: 'provider-event', name: 'message_delta', data: { stop_sequence: '###', context_management: { applied_edits: [] } } },
      {
        type: 'message-end',
        reason: 'stop',
        providerReason: 'stop_sequence',
        usage: { input: 10, output: 7, reasoning: 2, toolUsePrompt: 3 },
      },
    );
    expect(frames).toEqual([
      {
        type: 'message_start',
        message: {
          id: 'a1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: {
            input_tokens: 5,
            output_tokens: 0,
            cache_read_input_tokens: 4,
            cache_creation_input_tokens: 1,
            service_tier: 'standard',
          },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'stop_sequence', stop_sequence: '###' },
        context_management: { applied_edits: [] },
        usage: {
          input_tokens: 5,
          output_tokens: 7,
          cache_read_input_tokens: 4,
          cache_creation_input_tokens: 1,
          output_tokens_details: { thinking_tokens: 2 },
        },
      },
      { type: 'message_stop' },
    ]);
  });

  it.each([
    [{ reason: 'stop', providerReason: 'STOP' }, 'end_turn'],
    [{ reason: 'length' }, 'max_tokens'],
    [{ reason: 'tool-calls' }, 'tool_use'],
    [{ reason: 'content-filter', providerReason: 'SAFETY' }, 'refusal'],
    [{ reason: 'pause' }, 'pause_turn'],
    [{ reason: 'other', providerReason: 'MALFORMED' }, 'MALFORMED'],
    [{ reason: 'other', providerReason: 'a whole sentence' }, 'other'],
  ] as const)('ends for %j with %s', (reason, stopReason) => {
    expect(encoded({ type: 'message-end', ...reason }).frames.at(-2)).toMatchObject({ delta: { stop_reason: stopReason } });
  });

  it('says a refusal as text under its own stop reason', () => {
    const { frames } = encoded({ type: 'refusal-delta', part: 0, text: 'No' }, end);
    expect(frames.slice(2)).toMatchObject([{ delta: { text: 'No' } }, {}, { delta: { stop_reason: 'refusal' } }, {}]);
  });

  it('carries what another provider wants back where clients keep it unread', () => {
    const { frames } = blocks(
      { type: 'reasoning-delta', part: 0, text: 'hm', id: 'rs_1' },
      { type: 'reasoning-delta', part: 0, encrypted: 'E', signature: 'S' },
      { type: 'tool-call-start', part: 1, callId: 'c', name: 'f' },
      { type: 'tool-call-delta', callId: 'c', json: '' },
      { type: 'tool-call-end', callId: 'c', providerData: { thoughtSignature: 'T' } },
    );
    expect(frames).toMatchObject([
      { content_block: { type: 'thinking' } },
      { delta: { type: 'thinking_delta', thinking: 'hm' } },
      { delta: { type: 'signature_delta', signature: carry({ signature: 'S', encrypted: 'E', id: 'rs_1' }) } },
      { type: 'content_block_stop', index: 0 },
      { index: 1, content_block: { type: 'tool_use', id: 'c', name: 'f', input: {} } },
      { type: 'content_block_stop', index: 1 },
      { index: 2, content_block: { type: 'redacted_thinking', data: carry({ callId: 'c', providerData: { thoughtSignature: 'T' } }) } },
      { type: 'content_block_stop', index: 2 },
    ]);
  });

  it('cites under a text, by address where the citation is of another wire', () => {
    const { frames, notices } = blocks(
      { type: 'citation', part: 0, url: 'https://a.test', start: 1, end: 2, data: { web: {} } },
      { type: 'citation', part: 0, title: 'no address' },
    );
    expect(frames).toMatchObject([
      { content_block: { type: 'text' } },
      { delta: { citation: { type: 'web_search_result_location', url: 'https://a.test', title: null, cited_text: '' } } },
      {},
    ]);
    expect(notices).toEqual(['citation start', 'citation']);
  });

  it('names what the wire has no word for', () => {
    const { frames, notices } = blocks(
      { type: 'text-delta', part: 0, text: '', logprobs: [] },
      { type: 'file', part: 1, mediaType: 'image/png', data: 'QQ==' },
      { type: 'audio-delta', part: 2, data: 'QQ==' },
      { type: 'server-tool', callId: 'x', name: 'codeExecution', phase: 'start', data: { type: 'executableCode' } },
      { type: 'server-tool', callId: 'x', name: 'codeExecution', phase: 'delta', data: 'x' },
      { type: 'provider-event', name: 'novel', data: 1 },
      { type: 'provider-event', name: 'message_start', data: {} },
    );
    expect(frames).toEqual([]);
    expect(notices).toEqual([
      'text-delta logprobs',
      'file image/png',
      'audio-delta',
      'server-tool codeExecution',
      'server-tool codeExecution',
      'provider-event novel',
      'provider-event message_start',
    ]);
    expect(encoded({ ...end, usage: { toolUsePrompt: 1 } }).notices).toEqual(['usage toolUsePrompt']);
  });

  it('gives blocks of the wire itself as they were', () => {
    const block = { type: 'container_upload', file_id: 'f' };
    expect(blocks({ type: 'provider-event', name: 'container_upload', data: block }).frames).toMatchObject([{ content_block: block }, {}]);
  });

  it('closes a call that was cut, and says what waited for its end', () => {
    const { frames } = blocks(
      { type: 'tool-call-start', part: 0, callId: 'c', name: 'f' },
      { type: 'text-delta', part: 1, text: 'late' },
      { type: 'tool-call-delta', callId: 'c', json: '{"a":' },
    );
    expect(frames).toMatchObject([
      { content_block: { type: 'tool_use' } },
      { delta: { partial_json: '{"a":' } },
      { type: 'content_block_stop', index: 0 },
      { content_block: { type: 'text' } },
      { delta: { text: 'late' } },
      { type: 'content_block_stop', index: 1 },
    ]);
  });

  it('names an answer without an id after the stream', () => {
    const { state } = anthropicMessagesEncoder.encode({ type: 'message-start', streamId: 's1', model: 'm' }, undefined);
    expect(anthropicMessagesEncoder.encode(end, state).frames[0]?.data).toContain('"msg_s1"');
    expect(anthropicMessagesEncoder.encode(end, undefined).frames[0]?.data).toContain('"msg_without_id"');
  });
});

describe('a whole answer for a client of the Messages wire', () => {
  it('holds all blocks, each whole', () => {
    const answer: ChatAnswer = {
      streamId: 's',
      id: 'a1',
      model: 'm',
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'hm', signature: 'S' },
        { type: 'server-tool', callId: 'srvtoolu_1', name: 'web_search', data: '{"q":1}' },
        { type: 'server-tool', callId: 'mcptoolu_1', name: 'm', data: 'cut' },
        { type: 'server-tool', callId: 'ws_1', name: 'search', data: 'x' },
        { type: 'text', text: 'Hi' },
        { type: 'citation', url: 'https://a.test' },
        { type: 'tool-call', callId: 'c', name: 'f', arguments: { a: 1 } },
      ],
      reason: 'tool-calls',
      usage: { input: 3, output: 4 },
    };
    expect(encodeMessagesAnswer(answer)).toEqual({
      body: {
        id: 'a1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'S' },
          { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { q: 1 } },
          { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'm', input: {} },
          {
            type: 'text',
            text: 'Hi',
            citations: [{ type: 'web_search_result_location', url: 'https://a.test', title: null, cited_text: '', encrypted_index: '' }],
          },
          { type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } },
        ],
        stop_reason: 'tool_use',
        stop_sequence: null,
        usage: { input_tokens: 3, output_tokens: 4 },
      },
      notices: ['server-tool search'],
    });
    expect(encodeMessagesTokenCount(7)).toEqual({ input_tokens: 7 });
  });
});

describe('a failure for a client of the Messages wire', () => {
  const invalid = new MaestroError('request.invalid', { problems: ['x must be a text'] });
  const dead = new MaestroError('session.credential-rejected', { provider: 'acme', status: 401 });
  const limited = new MaestroError('upstream.rate-limited', { provider: 'acme' }, { retryAfterMs: 1500 });
  const overloaded = new MaestroError('upstream.overloaded', { provider: 'acme' });

  it('has the wire’s shape, and tells whether to try again', () => {
    expect(encodeMessagesError(limited, 'r1')).toEqual({
      status: 429,
      headers: { 'x-should-retry': 'true', 'retry-after': '2', 'retry-after-ms': '1500', 'request-id': 'r1' },
      body: {
        type: 'error',
        error: { type: 'rate_limit_error', message: limited.message, code: 'upstream.rate-limited' },
        request_id: 'r1',
      },
    });
    expect(anthropicMessagesEncoder.fail(overloaded, undefined)).toEqual([
      { event: 'error', data: expect.stringContaining('"overloaded_error"') as string },
    ]);
  });

  it.each<[MaestroError, number, string]>([
    [invalid, 400, 'invalid_request_error'],
    [new MaestroError('caller.key-invalid', {}), 401, 'authentication_error'],
    [dead, 424, 'permission_error'],
    [overloaded, 529, 'overloaded_error'],
    [new MaestroError('internal', {}), 500, 'api_error'],
  ])('%s has a status and a type of the wire', (error, status, type) => {
    expect(encodeMessagesError(error)).toMatchObject({ status, body: { error: { type } } });
  });

  it.each<[MaestroError, ErrorCode]>([
    [limited, 'upstream.rate-limited'],
    [overloaded, 'upstream.overloaded'],
    [new MaestroError('upstream.not-found', { provider: 'acme', status: 404 }), 'upstream.not-found'],
    [new MaestroError('upstream.timeout', { origin: 'o', phase: 'connecting' }), 'upstream.failed'],
  ])('is read again as what it was: %s', (error, code) => {
    const { status, headers, body } = encodeMessagesError(error);
    expect(anthropicMessagesFailure('acme', status, headers, JSON.stringify(body)).code).toBe(code);
  });
});
