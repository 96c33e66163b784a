import type { JsonObject } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { anthropicMessagesDecoder, isMessagesState } from './stream-decoder.js';

type Wire = JsonObject | string;

/** All events here are hand-made, after the wire's documentation. */
const start: JsonObject = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude-x', content: [], stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } },
};
const stop: JsonObject = { type: 'message_stop' };
const opened = (index: number, block: JsonObject): JsonObject => ({ type: 'content_block_start', index, content_block: block });
const delta = (index: number, piece: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: piece });
const closed = (index: number): JsonObject => ({ type: 'content_block_stop', index });
const ended = (reason: string | null, more: JsonObject = {}): JsonObject => ({
  type: 'message_delta',
  delta: { stop_reason: reason, stop_sequence: null },
  ...more,
});

function read(...wire: readonly Wire[]): readonly StreamEvent[] {
  const decoder = anthropicMessagesDecoder('acme');
  let state: Parameters<typeof decoder.decode>[1];
  const events: StreamEvent[] = [];
  for (const event of wire) {
    const step = decoder.decode({ data: typeof event === 'string' ? event : JSON.stringify(event) }, state);
    state = step.state;
    events.push(...step.events);
  }
  return [...events, ...decoder.end(state)];
}

/** What stands between `message-start` with its usage and `message-end`. */
function within(...wire: readonly Wire[]): readonly StreamEvent[] {
  return read(start, ...wire, stop).slice(2, -1);
}

function failureOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    if (MaestroError.is(error)) return { code: error.code, upstream: error.upstream };
    throw error;
  }
}

describe('the Messages decoder', () => {
  it('reads text between a start and an end', () => {
    const events = read(
      start,
      { type: 'ping' },
      opened(0, { type: 'text', text: '' }),
      delta(0, { type: 'text_delta', text: 'Zürich ' }),
      delta(0, { type: 'text_delta', text: '👋' }),
      closed(0),
      ended('end_turn', { usage: { output_tokens: 7 } }),
      stop,
    );
    expect(events).toEqual([
      { type: 'message-start', id: 'msg_1', model: 'claude-x' },
      { type: 'usage', input: 10, output: 1 },
      { type: 'text-delta', part: 0, text: 'Zürich ' },
      { type: 'text-delta', part: 0, text: '👋' },
      { type: 'usage', input: 10, output: 7 },
      { type: 'message-end', reason: 'stop', providerReason: 'end_turn', usage: { input: 10, output: 7 } },
    ]);
  });

  it('reads text that stands in the start of its block, and none where it is empty', () => {
    expect(within(opened(0, { type: 'text', text: 'at once' }), delta(0, { type: 'text_delta', text: '' }), closed(0))).toEqual([
      { type: 'text-delta', part: 0, text: 'at once' },
    ]);
  });

  it('reads thinking with its signature, and redacted thinking as it came', () => {
    const events = within(
      opened(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 'sig' }),
      closed(0),
      opened(1, { type: 'redacted_thinking', data: 'sealed' }),
      closed(1),
      opened(2, { type: 'thinking', thinking: 'whole', signature: 'sig2' }),
      closed(2),
      opened(3, { type: 'redacted_thinking' }),
      closed(3),
    );
    expect(events).toEqual([
      { type: 'reasoning-delta', part: 0, text: 'hm' },
      { type: 'reasoning-delta', part: 0, signature: 'sig' },
      { type: 'reasoning-delta', part: 1, encrypted: 'sealed' },
      { type: 'reasoning-delta', part: 2, text: 'whole', signature: 'sig2' },
      { type: 'reasoning-delta', part: 3, encrypted: '' },
    ]);
  });

  it('reads parallel tool calls whose arguments come in pieces', () => {
    const events = within(
      opened(0, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '' }),
      opened(1, { type: 'tool_use', id: 'toolu_2', name: 'time', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"city":"Z' }),
      delta(1, { type: 'input_json_delta', partial_json: '' }),
      delta(0, { type: 'input_json_delta', partial_json: 'ürich"}' }),
      closed(0),
      closed(1),
      ended('tool_use'),
    );
    expect(events.slice(0, -1)).toEqual([
      { type: 'tool-call-start', part: 0, callId: 'toolu_1', name: 'weather' },
      { type: 'tool-call-start', part: 1, callId: 'toolu_2', name: 'time' },
      { type: 'tool-call-delta', callId: 'toolu_1', json: '{"city":"Z' },
      { type: 'tool-call-delta', callId: 'toolu_1', json: 'ürich"}' },
      { type: 'tool-call-end', callId: 'toolu_1' },
      { type: 'tool-call-end', callId: 'toolu_2' },
    ]);
  });

  it('reads arguments that came whole with the start, and keeps who called', () => {
    const caller = { type: 'code_execution_20250825', tool_id: 'srvtoolu_1' };
    const events = within(opened(0, { type: 'tool_use', id: 'toolu_1', name: 'roll', input: { player: 1 }, caller }), closed(0));
    expect(events).toEqual([
      { type: 'tool-call-start', part: 0, callId: 'toolu_1', name: 'roll' },
      { type: 'tool-call-delta', callId: 'toolu_1', json: '{"player":1}' },
      { type: 'tool-call-end', callId: 'toolu_1', providerData: { caller } },
    ]);
  });

  it('takes pieces for the arguments where the start held some as well', () => {
    const events = within(
      opened(0, { type: 'tool_use', id: 'toolu_1', name: 'roll', input: { player: 1 } }),
      delta(0, { type: 'input_json_delta', partial_json: '{"player":2}' }),
      closed(0),
    );
    expect(events.filter(({ type }) => type === 'tool-call-delta')).toEqual([
      { type: 'tool-call-delta', callId: 'toolu_1', json: '{"player":2}' },
    ]);
  });

  it.each([
    ['closed', [closed(0)]],
    ['left open', []],
  ])('gives no end to a call that was cut, its block %s', (_how, rest) => {
    const events = within(
      opened(0, { type: 'tool_use', id: 'toolu_1', name: 'write', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"text":"half' }),
      ...rest,
      ended('max_tokens'),
    );
    expect(events.map(({ type }) => type)).not.toContain('tool-call-end');
  });

  it('names a call that has no id, so that it can be followed', () => {
    expect(within(opened(0, { type: 'tool_use', input: {} }), closed(0))).toEqual([
      { type: 'tool-call-start', part: 0, callId: 'call-0', name: '' },
      { type: 'tool-call-end', callId: 'call-0' },
    ]);
  });

  it('reads tools that run with the provider, with the name of the call in its result', () => {
    const call = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'bash', input: {} };
    const result = { type: 'bash_code_execution_tool_result', tool_use_id: 'srvtoolu_1', content: { stdout: 'hi' } };
    const orphan = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_0', content: [] };
    const events = within(
      opened(0, call),
      delta(0, { type: 'input_json_delta', partial_json: '' }),
      delta(0, { type: 'input_json_delta', partial_json: '{"command":"ls"}' }),
      closed(0),
      opened(1, result),
      closed(1),
      opened(2, orphan),
      closed(2),
      opened(3, { type: 'mcp_tool_use' }),
    );
    expect(events).toEqual([
      { type: 'server-tool', callId: 'srvtoolu_1', name: 'bash', phase: 'start', data: call },
      { type: 'server-tool', callId: 'srvtoolu_1', name: 'bash', phase: 'delta', data: '{"command":"ls"}' },
      { type: 'server-tool', callId: 'srvtoolu_1', name: 'bash', phase: 'result', data: result },
      { type: 'server-tool', callId: 'srvtoolu_0', name: 'web_search', phase: 'result', data: orphan },
      { type: 'server-tool', callId: '', name: '', phase: 'start', data: { type: 'mcp_tool_use' } },
    ]);
  });

  it('reads a compaction as one result, and a fallback to another model', () => {
    const fallback = { type: 'fallback', from: { model: 'a' }, to: { model: 'b' } };
    const events = within(
      opened(0, { type: 'compaction', content: null }),
      delta(0, { type: 'compaction_delta', content: 'In ' }),
      delta(0, { type: 'compaction_delta', content: 'short', encrypted_content: 'x' }),
      closed(0),
      opened(1, fallback),
      closed(1),
      opened(2, { type: 'compaction', content: null }),
      delta(2, { type: 'compaction_delta', content: null }),
      closed(2),
      opened(3, { type: 'compaction' }),
      delta(3, { type: 'compaction_delta' }),
      closed(3),
    );
    const whole = { type: 'compaction', content: 'In short', encrypted_content: 'x' };
    expect(events).toEqual([
      { type: 'server-tool', callId: 'compaction-0', name: 'compaction', phase: 'result', data: whole },
      { type: 'server-tool', callId: 'fallback-1', name: 'fallback', phase: 'result', data: fallback },
      { type: 'server-tool', callId: 'compaction-2', name: 'compaction', phase: 'result', data: { type: 'compaction', content: null } },
      { type: 'server-tool', callId: 'compaction-3', name: 'compaction', phase: 'result', data: { type: 'compaction', content: null } },
    ]);
  });

  it('reads citations of documents, pages, blocks and the web', () => {
    const citations = [
      { type: 'char_location', cited_text: 'a', document_title: 'facts', start_char_index: 0, end_char_index: 3 },
      { type: 'page_location', cited_text: 'b', start_page_number: 2, end_page_number: 3 },
      { type: 'content_block_location', start_block_index: 1, end_block_index: 2 },
      { type: 'web_search_result_location', url: 'https://a.example', title: 'A' },
      { type: 'search_result_location', source: 'https://b.example' },
    ];
    const events = within(
      opened(0, { type: 'text', text: '', citations: [citations[0] ?? null, null] }),
      ...citations.slice(1).map((citation) => delta(0, { type: 'citations_delta', citation })),
      delta(0, { type: 'citations_delta' }),
      closed(0),
    );
    expect(events).toEqual([
      { type: 'citation', part: 0, citedText: 'a', title: 'facts', start: 0, end: 3, data: citations[0] },
      { type: 'citation', part: 0, citedText: 'b', start: 2, end: 3, data: citations[1] },
      { type: 'citation', part: 0, start: 1, end: 2, data: citations[2] },
      { type: 'citation', part: 0, url: 'https://a.example', title: 'A', data: citations[3] },
      { type: 'citation', part: 0, url: 'https://b.example', data: citations[4] },
    ]);
  });

  it('keeps what it does not know', () => {
    const strangeDelta = { type: 'dance_delta', step: 1 };
    const events = within(
      { type: 'cosmic_ray', energy: 9 },
      opened(0, { type: 'hologram', shape: 'cube' }),
      delta(0, strangeDelta),
      closed(0),
      delta(5, {}),
      opened(1, {}),
      '{"no":"type"}',
    );
    expect(events).toEqual([
      { type: 'provider-event', name: 'cosmic_ray', data: { type: 'cosmic_ray', energy: 9 } },
      { type: 'provider-event', name: 'hologram', data: { type: 'hologram', shape: 'cube' } },
      { type: 'provider-event', name: 'dance_delta', data: strangeDelta },
      { type: 'provider-event', name: 'content_block_delta', data: {} },
      { type: 'provider-event', name: 'unknown', data: {} },
      { type: 'provider-event', name: 'unknown', data: { no: 'type' } },
    ]);
  });

  it('reads text and thinking whose block was never opened, each as a part of its own', () => {
    const events = within(
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'thinking_delta', thinking: '!' }),
      delta(1, { type: 'text_delta', text: 'so' }),
      closed(1),
      closed(7),
      opened(2, { type: 'text', text: 'next' }),
    );
    expect(events).toEqual([
      { type: 'reasoning-delta', part: 0, text: 'hm' },
      { type: 'reasoning-delta', part: 0, text: '!' },
      { type: 'text-delta', part: 1, text: 'so' },
      { type: 'text-delta', part: 2, text: 'next' },
    ]);
  });

  it('reads an answer that came whole inside its start', () => {
    const events = read(
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          model: 'claude-x',
          content: [
            { type: 'text', text: 'a' },
            { type: 'tool_use', id: 't', name: 'roll', input: {} },
          ],
          container: { id: 'container_1' },
          stop_reason: 'tool_use',
          usage: { input_tokens: 0, output_tokens: 0 },
        },
      },
      stop,
    );
    expect(events).toEqual([
      { type: 'message-start', id: 'msg_1', model: 'claude-x' },
      { type: 'usage', input: 0, output: 0 },
      { type: 'provider-event', name: 'message_start', data: { container: { id: 'container_1' } } },
      { type: 'text-delta', part: 0, text: 'a' },
      { type: 'tool-call-start', part: 1, callId: 't', name: 'roll' },
      { type: 'tool-call-end', callId: 't' },
      { type: 'message-end', reason: 'tool-calls', providerReason: 'tool_use', usage: { input: 0, output: 0 } },
    ]);
  });

  it('counts what caches gave and took as input, and keeps what later reports leave out', () => {
    const events = read(
      {
        type: 'message_start',
        message: { usage: { input_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 1 } },
      },
      ended('end_turn', { usage: { input_tokens: null, output_tokens: 40, output_tokens_details: { thinking_tokens: 12 } } }),
      stop,
    );
    expect(events.at(0)).toEqual({ type: 'message-start', model: '' });
    expect(events.at(-1)).toMatchObject({ usage: { input: 125, output: 40, cacheRead: 100, cacheWrite: 20, reasoning: 12 } });
  });

  it('tells no usage where the provider told none, and no part of it that was not told', () => {
    const silent = read({ type: 'message_start', message: {} }, ended(null), stop);
    expect(silent).toEqual([
      { type: 'message-start', model: '' },
      { type: 'message-end', reason: 'other' },
    ]);
    const half = read({ type: 'message_start', message: { usage: { output_tokens: 3 } } }, stop);
    expect(half.at(-1)).toEqual({ type: 'message-end', reason: 'other', usage: { output: 3 } });
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool-calls'],
    ['refusal', 'content-filter'],
    ['pause_turn', 'pause'],
    ['compaction', 'pause'],
    ['something_new', 'other'],
  ])('ends with %s as %s', (word, reason) => {
    expect(read(start, ended(word), stop).at(-1)).toMatchObject({ type: 'message-end', reason, providerReason: word });
  });

  it('keeps details of the end that have no place of their own', () => {
    const events = within(
      ended('refusal', {
        delta: { stop_reason: 'refusal', stop_sequence: '###', stop_details: { category: 'x' }, container: null },
        context_management: { applied_edits: [] },
        usage: { output_tokens: 2, server_tool_use: { web_search_requests: 1 } },
      }),
    );
    expect(events).toContainEqual({
      type: 'provider-event',
      name: 'message_delta',
      data: {
        stop_sequence: '###',
        stop_details: { category: 'x' },
        context_management: { applied_edits: [] },
        usage: { server_tool_use: { web_search_requests: 1 } },
      },
    });
  });

  it('says nothing more after the end, and needs no [DONE]', () => {
    const said = read(start, '[DONE]', ended('end_turn'), stop);
    expect(read(start, ended('end_turn'), stop, '[DONE]', start, { type: 'error', error: {} }, 'no JSON')).toEqual(said);
  });

  it('throws what an error event reports, with its words and without its sentence', () => {
    const failed = failureOf(() =>
      read(start, { type: 'error', error: { type: 'overloaded_error', message: 'sentence' }, request_id: 'req_1' }),
    );
    expect(failed).toEqual({ code: 'upstream.overloaded', upstream: { requestId: 'req_1', code: 'overloaded_error' } });
  });

  it('knows an event by the name of its frame where the data has no type', () => {
    const decoder = anthropicMessagesDecoder('acme');
    expect(failureOf(() => decoder.decode({ event: 'error', data: '{"error":{"type":"api_error"}}' }, undefined))).toMatchObject({
      code: 'upstream.failed',
    });
  });

  it.each<[string, readonly Wire[]]>([
    ['nothing', []],
    ['no message_stop', [start, ended('end_turn')]],
    ['no message_delta', [start, opened(0, { type: 'text', text: 'a' })]],
  ])('finds a stream with %s truncated', (_what, wire) => {
    expect(failureOf(() => read(...wire))).toMatchObject({ code: 'upstream.truncated' });
  });

  it.each<[string, readonly Wire[]]>([
    ['text that is no JSON', ['<html>']],
    ['JSON that is no object', ['[]']],
    ['content before its message', [opened(0, { type: 'text', text: 'a' })]],
    ['a second message inside the first', [start, start]],
  ])('refuses %s', (_what, wire) => {
    expect(failureOf(() => read(...wire))).toMatchObject({ code: 'upstream.malformed' });
  });

  it('does not repeat at length what it cannot place', () => {
    const decoder = anthropicMessagesDecoder('acme');
    const told = (): unknown => decoder.decode({ data: JSON.stringify({ type: `<b>${'x'.repeat(500)}` }) }, undefined);
    expect(told).toThrow(/^.{1,150}$/);
    expect(told).not.toThrow('<b>');
  });

  it('reads an error that came as a bare line', () => {
    const decoder = anthropicMessagesDecoder('acme');
    expect(failureOf(() => decoder.stray?.('{"type":"error","error":{"type":"rate_limit_error"}}\n'))).toMatchObject({
      code: 'upstream.rate-limited',
    });
    expect(decoder.stray?.('{"half":')).toBeUndefined();
    expect(decoder.stray?.('{"error":null}')).toBeUndefined();
  });

  it('changes no state that it gave before', () => {
    const decoder = anthropicMessagesDecoder('acme');
    const feed = (wire: JsonObject, state: Parameters<typeof decoder.decode>[1]) => decoder.decode({ data: JSON.stringify(wire) }, state);
    const began = feed(start, undefined);
    const before = JSON.stringify([...began.state.blocks]);
    const first = feed(opened(0, { type: 'tool_use', id: 'a', name: 'x', input: {} }), began.state);
    const again = feed(opened(0, { type: 'tool_use', id: 'a', name: 'x', input: {} }), began.state);
    expect(JSON.stringify([...began.state.blocks])).toBe(before);
    expect(again).toEqual(first);
  });

  it('tells its own state from another dialect’s', () => {
    expect(isMessagesState(anthropicMessagesDecoder('acme').decode({ data: JSON.stringify(start) }, undefined).state)).toBe(true);
    expect(isMessagesState({ dialect: 'words' })).toBe(false);
    expect(isMessagesState(undefined)).toBe(false);
  });
});
