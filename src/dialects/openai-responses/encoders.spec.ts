import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ChatAnswer, StreamEvent } from '../../contracts/stream-event.js';
import { carriedFrom } from '../../kit/carried.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { encodeResponsesAnswer } from './answer-encoder.js';
import type { ResponsesAnswerOptions, ResponsesEncoderState } from './encoder-state.js';
import { encodeResponsesError } from './error-encoder.js';
import { openAiResponsesDecoder } from './stream-decoder.js';
import { openAiResponsesEncoder } from './stream-encoder.js';
import { recordsIn } from './wire.js';

const start: StreamEvent = { type: 'message-start', id: 'resp_1', model: 'm' };
const end: StreamEvent = { type: 'message-end', reason: 'stop' };

interface Written {
  readonly events: readonly JsonRecord[];
  readonly notices: readonly string[];
  readonly state: ResponsesEncoderState | undefined;
}

function written(events: readonly StreamEvent[], options: Partial<ResponsesAnswerOptions> = {}): Written {
  const encoder = openAiResponsesEncoder({ created: 7, ...options });
  let state: ResponsesEncoderState | undefined;
  const notices: string[] = [];
  const frames = events.flatMap((event) => {
    const step = encoder.encode(event, state);
    state = step.state;
    notices.push(...step.notices);
    return step.frames;
  });
  return { events: frames.map(({ event, data }) => ({ event, ...recordFrom(data) })), notices, state };
}

function recordFrom(data: string): JsonRecord {
  const value = jsonFrom(data);
  return isRecord(value) ? value : {};
}

function outputOf(events: readonly StreamEvent[], options?: Partial<ResponsesAnswerOptions>): readonly JsonRecord[] {
  const response = written([start, ...events, end], options).events.at(-1)?.['response'];
  return isRecord(response) ? recordsIn(response, 'output') : [];
}

function readBack(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const decoder = openAiResponsesDecoder('maestro');
  let state: Parameters<typeof decoder.decode>[1];
  return written(events).events.flatMap(({ event: _name, ...data }) => {
    const step = decoder.decode({ data: JSON.stringify(data) }, state);
    state = step.state;
    return step.events;
  });
}

describe('a stream of a response', () => {
  it('has the whole life of each item, numbered, under the names that clients listen to', () => {
    const { events } = written([
      start,
      { type: 'reasoning-delta', part: 0, text: 'Hm' },
      { type: 'text-delta', part: 1, text: 'Hi' },
      { type: 'tool-call-start', part: 2, callId: 'a', name: 'f' },
      { type: 'tool-call-end', callId: 'a' },
      { type: 'message-end', reason: 'tool-calls', usage: { input: 3, output: 2, cacheRead: 1, cacheWrite: 1, reasoning: 1 } },
    ]);
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.every(({ event, type }) => event === type)).toBe(true);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_event, at) => at));
    expect(events.at(-1)?.['response']).toMatchObject({
      id: 'resp_1',
      object: 'response',
      created_at: 7,
      status: 'completed',
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] },
        { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Hi', annotations: [] }] },
        { type: 'function_call', id: 'fc_a', call_id: 'a', name: 'f', arguments: '{}', status: 'completed' },
      ],
      usage: {
        input_tokens: 3,
        input_tokens_details: { cached_tokens: 1, cache_write_tokens: 1 },
        output_tokens: 2,
        output_tokens_details: { reasoning_tokens: 1 },
        total_tokens: 5,
      },
    });
  });

  it('lets calls go on side by side, and gives free text to tools that were declared so', () => {
    const output = outputOf(
      [
        { type: 'tool-call-start', part: 0, callId: 'a', name: 'f' },
        { type: 'tool-call-start', part: 1, callId: 'b', name: 'run' },
        { type: 'tool-call-delta', callId: 'a', json: '{"x":' },
        { type: 'tool-call-delta', callId: 'b', json: '{"input":"l' },
        { type: 'tool-call-delta', callId: 'a', json: '1}' },
        { type: 'tool-call-delta', callId: 'b', json: 's"}' },
        { type: 'tool-call-delta', callId: 'unknown', json: '1' },
        { type: 'tool-call-end', callId: 'b', providerData: { type: 'custom' } },
        { type: 'tool-call-end', callId: 'a', providerData: { namespace: 'crm', caller: { type: 'direct' } } },
        { type: 'tool-call-end', callId: 'unknown' },
      ],
      { customTools: new Set(['run']) },
    );
    expect(output).toMatchObject([
      { type: 'function_call', call_id: 'a', arguments: '{"x":1}', namespace: 'crm', caller: { type: 'direct' } },
      { type: 'custom_tool_call', id: 'ctc_b', call_id: 'b', name: 'run', input: 'ls', status: 'completed' },
    ]);
  });

  it('marks a call that was cut off', () => {
    const cut: readonly StreamEvent[] = [
      start,
      { type: 'tool-call-start', part: 0, callId: 'a', name: 'f' },
      { type: 'tool-call-delta', callId: 'a', json: '{"x' },
      { type: 'usage', output: 9 },
      { type: 'message-end', reason: 'length', providerReason: 'max_tokens' },
    ];
    expect(written(cut).events.slice(-2)).toMatchObject([
      { type: 'response.output_item.done', item: { call_id: 'a', arguments: '{"x', status: 'incomplete' } },
      {
        type: 'response.incomplete',
        response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage: { output_tokens: 9 } },
      },
    ]);
  });

  it('gives summaries of one thought as one item, and carries what the wire has no place for', () => {
    const output = outputOf([
      { type: 'reasoning-delta', part: 0, text: 'a', id: 'rs_1' },
      { type: 'reasoning-delta', part: 1, text: 'b', id: 'rs_1' },
      { type: 'reasoning-delta', part: 1, id: 'rs_1', encrypted: 'e' },
      { type: 'reasoning-delta', part: 2, text: 'c' },
      { type: 'reasoning-delta', part: 2, signature: 's' },
      { type: 'reasoning-delta', part: 3, encrypted: 'r' },
      { type: 'reasoning-delta', part: 4, id: 'rs_4' },
    ]);
    expect(
      output.map(({ id, summary, encrypted_content: sealed }) => [
        id,
        summary,
        typeof sealed === 'string' ? (carriedFrom(sealed) ?? sealed) : sealed,
      ]),
    ).toEqual([
      [
        'rs_1',
        [
          { type: 'summary_text', text: 'a' },
          { type: 'summary_text', text: 'b' },
        ],
        'e',
      ],
      ['rs_maestro_resp_1_1', [{ type: 'summary_text', text: 'c' }], { signature: 's' }],
      ['rs_maestro_resp_1_2', [], { encrypted: 'r' }],
      ['rs_4', [], undefined],
    ]);
  });

  it('keeps an id that a thought was given late', () => {
    const thoughts: readonly StreamEvent[] = [
      { type: 'reasoning-delta', part: 0, text: 'a' },
      { type: 'reasoning-delta', part: 0, id: 'rs_9', encrypted: 'e' },
    ];
    expect(readBack([start, ...thoughts, end]).filter(({ type }) => type === 'reasoning-delta')).toEqual(thoughts);
  });

  it('goes on with what belongs to its own provider', () => {
    const run = { id: 'ws_1', type: 'web_search_call', status: 'in_progress' };
    const { events, notices } = written([
      start,
      { type: 'server-tool', callId: 'ws_1', name: 'web_search', phase: 'start', data: run },
      {
        type: 'server-tool',
        callId: 'ws_1',
        name: 'web_search',
        phase: 'delta',
        data: { type: 'response.web_search_call.searching', item_id: 'ws_1', output_index: 9, sequence_number: 99 },
      },
      { type: 'server-tool', callId: 'ws_1', name: 'web_search', phase: 'result', data: { ...run, status: 'completed' } },
      { type: 'server-tool', callId: 'sh', name: 'shell', phase: 'result', data: { id: 'sh_1', type: 'shell_call' } },
      { type: 'server-tool', callId: 'sh', name: 'shell', phase: 'result', data: { id: 'sh_2', type: 'shell_call_output' } },
      { type: 'provider-event', name: 'response.odd', data: { type: 'response.odd', x: 1, sequence_number: 99 } },
      { type: 'server-tool', callId: 'none', name: 'none', phase: 'delta', data: 'x' },
      { type: 'server-tool', callId: 'none', name: 'none', phase: 'result' },
      { type: 'provider-event', name: 'response.text', data: 'x' },
    ]);
    expect(notices).toEqual(['provider-event response.text']);
    expect(events.slice(2)).toEqual([
      { event: 'response.output_item.added', type: 'response.output_item.added', sequence_number: 2, output_index: 0, item: run },
      {
        event: 'response.web_search_call.searching',
        type: 'response.web_search_call.searching',
        sequence_number: 3,
        item_id: 'ws_1',
        output_index: 0,
      },
      expect.objectContaining({ type: 'response.output_item.done', output_index: 0, item: { ...run, status: 'completed' } }),
      expect.objectContaining({ type: 'response.output_item.added', output_index: 1 }),
      expect.objectContaining({ type: 'response.output_item.done', output_index: 1 }),
      expect.objectContaining({ type: 'response.output_item.added', output_index: 2 }),
      expect.objectContaining({ type: 'response.output_item.done', output_index: 2 }),
      { event: 'response.odd', type: 'response.odd', sequence_number: 9, x: 1 },
    ]);
  });

  it('gives pictures as what a tool made, sound as it comes, and a refusal as a content of its own', () => {
    const { events, notices } = written([
      start,
      { type: 'file', part: 0, mediaType: 'image/png', data: 'AAAA' },
      { type: 'file', part: 1, mediaType: 'image/png', url: 'https://i.example' },
      { type: 'audio-delta', part: 2, data: 'AAAA' },
      { type: 'audio-delta', part: 2, transcript: 'la' },
      { type: 'text-delta', part: 3, text: 'No' },
      { type: 'citation', part: 3, url: 'https://a.example', citedText: 'words', start: 0, end: 2 },
      { type: 'refusal-delta', part: 4, text: 'I will not' },
      { type: 'message-end', reason: 'content-filter' },
    ]);
    expect(notices).toEqual(['file image/png', 'citation citedText']);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['response.audio.delta', 'response.audio.transcript.delta', 'response.refusal.done']),
    );
    const annotation = { type: 'url_citation', url: 'https://a.example', title: '', start_index: 0, end_index: 2 };
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        incomplete_details: { reason: 'content_filter' },
        output: [
          { type: 'image_generation_call', result: 'AAAA' },
          {
            content: [
              { type: 'output_text', text: 'No', annotations: [annotation] },
              { type: 'refusal', refusal: 'I will not' },
            ],
          },
        ],
      },
    });
  });

  it.each([
    ['other', 'cancelled', 'cancelled'],
    ['other', 'content_filter', 'other'],
    ['other', undefined, 'other'],
    ['pause', 'pause_turn', 'pause'],
  ] as const)('ends for %s, which the provider calls %s, as incomplete for %s', (reason, providerReason, why) => {
    const last: StreamEvent = { type: 'message-end', reason, ...(providerReason !== undefined && { providerReason }) };
    expect(written([start, last]).events.at(-1)).toMatchObject({ response: { incomplete_details: { reason: why } } });
  });

  it('is named by our own id where the provider gave none', () => {
    expect(written([{ type: 'message-start', streamId: 's', model: '' }]).state).toMatchObject({ id: 's' });
    expect(written([{ type: 'message-start', model: '' }]).state).toMatchObject({ id: 'resp_0' });
  });

  it('that fails ends as failed, and with the error that the vendor’s own clients throw', () => {
    const error = new MaestroError('upstream.overloaded', { provider: 'acme' });
    const encoder = openAiResponsesEncoder({ created: 7 });
    const frames = encoder.fail(error, written([start]).state).map(({ event, data }) => ({ event, ...recordFrom(data) }));
    const report = { code: 'server_is_overloaded', message: error.message };
    expect(frames).toMatchObject([
      { event: 'response.failed', sequence_number: 2, response: { id: 'resp_1', status: 'failed', error: report } },
      {
        event: 'error',
        type: 'error',
        sequence_number: 3,
        ...report,
        param: null,
        error: { ...report, type: 'service_unavailable_error' },
      },
    ]);
    expect(encoder.fail(error, undefined)).toHaveLength(2);
    expect(encodeResponsesError(error, 'our-1')).toMatchObject({
      status: 503,
      headers: { 'x-request-id': 'our-1' },
      body: { error: report },
    });
  });
});

describe('a whole response', () => {
  it('is what the last event of its stream holds', () => {
    const answer: ChatAnswer = {
      streamId: 's',
      model: 'm',
      role: 'assistant',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'server-tool', callId: 'x', name: 'odd' },
      ],
      reason: 'stop',
      usage: { input: 1, output: 1 },
    };
    const { body, notices } = encodeResponsesAnswer(answer, { created: 7 });
    expect(body).toMatchObject({ id: 's', status: 'completed', output: [{ content: [{ text: 'Hi' }] }], usage: { total_tokens: 2 } });
    expect(notices).toEqual(['server-tool odd']);
  });
});
