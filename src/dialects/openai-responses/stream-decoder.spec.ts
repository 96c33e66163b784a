import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { eventsFromResponse } from './answer.js';
import { openAiResponsesDecoder } from './stream-decoder.js';
import type { ResponsesState } from './stream-state.js';
import { isResponsesState } from './stream-state.js';

const decoder = openAiResponsesDecoder('acme');

// All streams here are hand-made.
function read(...data: readonly unknown[]): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  let state: ResponsesState | undefined;
  for (const item of data) {
    const step = decoder.decode({ data: typeof item === 'string' ? item : JSON.stringify(item) }, state);
    events.push(...step.events);
    state = step.state;
  }
  return [...events, ...decoder.end(state)];
}

const created = { type: 'response.created', response: { id: 'r1', model: 'm', status: 'in_progress' } };
const completed = { type: 'response.completed', response: { id: 'r1', model: 'm', status: 'completed' } };
const start = { type: 'message-start', id: 'r1', model: 'm' };
const end = { type: 'message-end', reason: 'stop', providerReason: 'completed' };

/** What a stream says between its start and its end. */
function said(...events: readonly unknown[]): readonly StreamEvent[] {
  const all = read(created, ...events, completed);
  expect(all[0]).toEqual(start);
  expect(all.at(-1)).toMatchObject({ type: 'message-end' });
  return all.slice(1, -1);
}

function added(item: object, output_index = 0): object {
  return { type: 'response.output_item.added', output_index, item };
}

function done(item: object, output_index = 0): object {
  return { type: 'response.output_item.done', output_index, item };
}

function event(type: string, fields: object = {}): object {
  return { type: `response.${type}`, output_index: 0, item_id: 'i1', ...fields };
}

function failureOf(run: () => unknown): MaestroError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return MaestroError.from(error);
  }
}

describe('a Responses stream', () => {
  it('gives its text as it comes, once', () => {
    const message = { id: 'i1', type: 'message', content: [{ type: 'output_text', text: 'Hello', annotations: [] }] };
    expect(
      said(
        event('in_progress', { response: { id: 'r1', model: 'm' } }),
        added({ ...message, content: [] }),
        event('content_part.added', { content_index: 0, part: { type: 'output_text', text: '' } }),
        event('output_text.delta', { content_index: 0, delta: 'Hel', logprobs: [] }),
        event('output_text.delta', { content_index: 0, delta: 'lo', logprobs: [{ token: 'lo', logprob: -1 }] }),
        event('output_text.delta', { content_index: 0, delta: '' }),
        event('output_text.done', { content_index: 0, text: 'Hello' }),
        event('content_part.done', { content_index: 0, part: message.content[0] }),
        done(message),
      ),
    ).toEqual([
      { type: 'text-delta', part: 0, text: 'Hel' },
      { type: 'text-delta', part: 0, text: 'lo', logprobs: [{ token: 'lo', logprob: -1 }] },
    ]);
  });

  it('does not change a state that it was given', () => {
    const first = decoder.decode({ data: JSON.stringify(added({ type: 'message', id: 'i1' })) }, undefined);
    const copy = structuredClone(first.state);
    decoder.decode({ data: JSON.stringify(event('output_text.delta', { delta: 'x' })) }, first.state);
    expect(first.state).toEqual(copy);
    expect(isResponsesState(first.state)).toBe(true);
    expect(isResponsesState({ dialect: 'another' })).toBe(false);
  });

  it.each([
    ['output_text.done', [event('output_text.done', { content_index: 0, text: 'x' })]],
    ['the item', [done({ type: 'message', content: [{ type: 'output_text', text: 'x' }] })]],
  ])('takes a text without deltas from %s', (_, events) => {
    expect(said(...events)).toEqual([{ type: 'text-delta', part: 0, text: 'x' }]);
  });

  it('relies on the name of an event where the data has no type', () => {
    const { events } = decoder.decode({ event: 'response.output_text.delta', data: '{"delta":"x"}' }, undefined);
    expect(events).toEqual([
      { type: 'message-start', model: '' },
      { type: 'text-delta', part: 0, text: 'x' },
    ]);
  });

  it('gives refusals, whole or in pieces', () => {
    const refusal = { type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] };
    expect(said(event('refusal.delta', { delta: 'No' }), event('refusal.delta', { delta: '.' }), done(refusal))).toEqual([
      { type: 'refusal-delta', part: 0, text: 'No' },
      { type: 'refusal-delta', part: 0, text: '.' },
    ]);
    expect(said(event('refusal.done', { refusal: 'No.' }))).toEqual([{ type: 'refusal-delta', part: 0, text: 'No.' }]);
    expect(said(done(refusal))).toEqual([{ type: 'refusal-delta', part: 0, text: 'No.' }]);
  });

  it('gives each citation once, whatever it is of', () => {
    const web = { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 1 };
    const file = { type: 'file_citation', file_id: 'f', filename: 'a.pdf', index: 7 };
    const bare = { type: 'file_path' };
    expect(
      said(
        event('output_text.delta', { delta: 'x' }),
        event('output_text.annotation.added', { annotation: web }),
        event('output_text.annotation.added', { annotation: null }),
        done({ type: 'message', content: [{ type: 'output_text', text: 'x', annotations: [web, file, bare] }] }),
      ).slice(1),
    ).toEqual([
      { type: 'citation', part: 0, url: 'https://a.example', title: 'A', start: 0, end: 1, data: web },
      { type: 'citation', part: 0, title: 'a.pdf', start: 7, data: file },
      { type: 'citation', part: 0, data: bare },
    ]);
  });

  it('gives audio and its transcript', () => {
    const audio = [
      { type: 'response.audio.delta', delta: 'AAAA' },
      { type: 'response.audio.transcript.delta', delta: 'hi' },
      { type: 'response.audio.transcript.delta', delta: '' },
      { type: 'response.audio.transcript.done' },
      { type: 'response.audio.done' },
    ];
    expect(said(...audio)).toEqual([
      { type: 'audio-delta', part: 0, data: 'AAAA' },
      { type: 'audio-delta', part: 0, transcript: 'hi' },
    ]);
  });

  it('keeps what it does not know', () => {
    expect(said({ type: 'response.hologram' }, { size: 3 })).toEqual([
      { type: 'provider-event', name: 'response.hologram', data: { type: 'response.hologram' } },
      { type: 'provider-event', name: 'unknown', data: { size: 3 } },
    ]);
  });

  it('counts tokens in one meaning', () => {
    const usage = {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 3 },
    };
    const counted = (told: object): unknown =>
      read({ type: 'response.completed', response: { status: 'completed', output: [], usage: told } }).at(-1);
    expect(counted(usage)).toEqual({ ...end, usage: { input: 9, output: 5, cacheRead: 4, cacheWrite: 2, reasoning: 3 } });
    expect(counted({ input_tokens_details: { cache_write_tokens: 0 } })).toEqual({ ...end, usage: {} });
  });

  it.each([
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length', 'max_output_tokens'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content-filter', 'content_filter'],
    [{ status: 'incomplete', incomplete_details: { reason: 'bored' } }, 'other', 'bored'],
    [{ status: 'incomplete' }, 'other', 'incomplete'],
    [{ status: 'cancelled' }, 'other', 'cancelled'],
    [{}, 'stop', 'completed'],
  ])('calls the end %j %s', (response, reason, providerReason) => {
    expect(read({ type: 'response.incomplete', response }).at(-1)).toEqual({ type: 'message-end', reason, providerReason });
  });

  const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  const call = (id: string, more: object): object => ({ type: 'function_call', id, call_id: id, name: 'f', ...more });
  const endedIn = (...events: readonly object[]): readonly string[] =>
    read(...events).flatMap((told) => (told.type === 'tool-call-end' ? [told.callId] : []));

  it('ends no call that was cut in the middle, and all that are whole', () => {
    const last = { type: 'response.incomplete', response: cut };
    const added = (at: number, id: string): object => event('output_item.added', { output_index: at, item: call(id, {}) });
    const piece = event('function_call_arguments.delta', { output_index: 1, delta: '{"x":' });
    const whole = event('function_call_arguments.done', { output_index: 0, arguments: '{"x":1}' });
    expect(endedIn(added(0, 'a'), whole, added(1, 'b'), piece, last)).toEqual(['a']);
    const item = { output_index: 1, item: call('b', { arguments: '{"x":', status: 'incomplete' }) };
    expect(endedIn(added(1, 'b'), piece, event('output_item.done', item), last)).toEqual([]);
    expect(endedIn(added(1, 'b'), piece, completed)).toEqual(['b']);
  });

  it('ends no call that a whole answer says is incomplete', () => {
    const output = [call('a', { arguments: '{}', status: 'completed' }), call('b', { arguments: '{"x":', status: 'incomplete' })];
    expect(endedIn({ type: 'response.incomplete', response: { ...cut, output } })).toEqual(['a']);
  });

  it('needs its last event', () => {
    expect(failureOf(() => read(created, event('output_text.delta', { delta: 'x' })))?.code).toBe('upstream.truncated');
    expect(failureOf(() => read())?.code).toBe('upstream.truncated');
    expect(read(created, completed, completed, '[DONE]')).toEqual([start, end]);
    expect(read('', created, '[DONE]', completed)).toEqual([start, end]);
  });

  it.each([
    ['an error of its own', { type: 'error', error: { code: 'insufficient_quota' } }, 'upstream.quota-exhausted'],
    ['an error beside its type', { type: 'error', code: 'server_error', message: 'x', param: null }, 'upstream.failed'],
    ['an error without a type', { error: { code: 'rate_limit_exceeded', message: 'Please try again in 2s.' } }, 'upstream.rate-limited'],
    ['a failed response', { type: 'response.failed', response: { error: { code: 'server_error' } } }, 'upstream.failed'],
    [
      'a response that failed by its status',
      { type: 'response.completed', response: { status: 'failed', error: { code: 'slow_down' } } },
      'upstream.overloaded',
    ],
    ['no JSON', 'oops', 'upstream.malformed'],
  ])('fails at %s', (_, last, code) => {
    expect(failureOf(() => read(created, last))?.code).toBe(code);
  });

  it('fails at an error that stands between the events', () => {
    expect(failureOf(() => decoder.stray?.('{"error":{"code":"slow_down"}}'))?.code).toBe('upstream.overloaded');
    expect(failureOf(() => decoder.stray?.('hello\n{"a":1}'))).toBeUndefined();
  });
});

describe('words of a Responses stream that every object knows', () => {
  it.each(['__proto__', 'constructor', 'toString'])('are words like any other: %s', (word) => {
    const item = { type: word, id: word };
    const ofItem = { type: word, item_id: word };
    const name = word;
    expect(said(ofItem)).toMatchObject([{ type: 'provider-event', name }]);
    expect(
      said({ type: 'response.output_item.added', item_id: word, item }, ofItem, { type: 'response.output_item.done', item_id: word, item }),
    ).toMatchObject([
      { type: 'server-tool', name, phase: 'start' },
      { type: 'server-tool', name, phase: 'delta' },
      { type: 'server-tool', name, phase: 'result' },
    ]);
  });
});

describe('what the model thought, in a Responses stream', () => {
  const reasoning = { id: 'rs', type: 'reasoning', summary: [] };

  it('is a part for each summary, all of one id, sealed at the end', () => {
    expect(
      said(
        added(reasoning),
        event('reasoning_summary_part.added', { summary_index: 0 }),
        event('reasoning_summary_text.delta', { summary_index: 0, delta: 'a' }),
        event('reasoning_summary_text.delta', { summary_index: 0, delta: 'b' }),
        event('reasoning_summary_text.done', { summary_index: 0, text: 'ab' }),
        event('reasoning_summary_text.done', { summary_index: 1, text: 'c' }),
        done({ ...reasoning, summary: [{ text: 'ab' }, { text: 'c' }], encrypted_content: 'sealed' }),
      ),
    ).toEqual([
      { type: 'reasoning-delta', part: 0, text: 'a', id: 'rs' },
      { type: 'reasoning-delta', part: 0, text: 'b' },
      { type: 'reasoning-delta', part: 1, text: 'c', id: 'rs' },
      { type: 'reasoning-delta', part: 1, id: 'rs', encrypted: 'sealed' },
    ]);
  });

  it('may be given in full, in deltas or not', () => {
    expect(said(added(reasoning), event('reasoning_text.delta', { delta: 'a' }), event('reasoning_text.done', { text: 'a' }))).toEqual([
      { type: 'reasoning-delta', part: 0, text: 'a', id: 'rs' },
    ]);
    expect(said(done({ type: 'reasoning', content: [{ type: 'reasoning_text', text: 'a' }] }))).toEqual([
      { type: 'reasoning-delta', part: 0, text: 'a' },
    ]);
  });

  it('is sent back by its id where there are no words', () => {
    expect(said(added(reasoning), done(reasoning))).toEqual([{ type: 'reasoning-delta', part: 0, id: 'rs' }]);
    expect(said(done({ type: 'reasoning', encrypted_content: 'sealed' }))).toEqual([
      { type: 'reasoning-delta', part: 0, encrypted: 'sealed' },
    ]);
    expect(said(done({ type: 'reasoning' }))).toEqual([]);
  });

  it('takes the id that came with the seal, where ids change from event to event', () => {
    expect(
      said(
        added(reasoning),
        event('reasoning_summary_text.delta', { delta: 'a', item_id: 'rs-2' }),
        done({ ...reasoning, id: 'rs-3', encrypted_content: 'sealed' }),
      ),
    ).toEqual([
      { type: 'reasoning-delta', part: 0, text: 'a', id: 'rs' },
      { type: 'reasoning-delta', part: 0, id: 'rs-3', encrypted: 'sealed' },
    ]);
  });
});

describe('tool calls in a Responses stream', () => {
  const call = { id: 'fc', type: 'function_call', call_id: 'a', name: 'f', arguments: '' };
  const begun = { type: 'tool-call-start', part: 0, callId: 'a', name: 'f' };

  it('are begun, filled and ended, and are why the answer ended', () => {
    const events = read(
      created,
      added(call),
      event('function_call_arguments.delta', { delta: '{"x"' }),
      event('function_call_arguments.delta', { delta: ':1}' }),
      event('function_call_arguments.done', { arguments: '{"x":1}' }),
      done({ ...call, arguments: '{"x":1}' }),
      done({ ...call, arguments: '{"x":1}' }),
      completed,
    );
    expect(events.slice(1)).toEqual([
      begun,
      { type: 'tool-call-delta', callId: 'a', json: '{"x"' },
      { type: 'tool-call-delta', callId: 'a', json: ':1}' },
      { type: 'tool-call-end', callId: 'a' },
      { type: 'message-end', reason: 'tool-calls', providerReason: 'completed' },
    ]);
  });

  it.each([
    ['from their last event', [added(call), event('function_call_arguments.done', { arguments: '{}' }), done(call)]],
    ['from the item', [added(call), done({ ...call, arguments: '{}' })]],
    ['from an item that was never announced', [done({ ...call, arguments: '{}' })]],
  ])('take their arguments %s', (_, events) => {
    expect(said(...events)).toEqual([begun, { type: 'tool-call-delta', callId: 'a', json: '{}' }, { type: 'tool-call-end', callId: 'a' }]);
  });

  it('are told apart by their place, or by their item where there is none', () => {
    const second = { ...call, id: 'fc2', call_id: 'b', name: 'g' };
    const events = said(
      added(call),
      added(second, 1),
      event('function_call_arguments.delta', { output_index: 1, delta: '2' }),
      event('function_call_arguments.delta', { output_index: 0, delta: '1' }),
      event('function_call_arguments.delta', { output_index: 7, delta: '3' }),
      { type: 'response.function_call_arguments.delta', item_id: 'nobody', delta: '4' },
      done(call),
      done(second, 1),
    );
    expect(events.filter(({ type }) => type === 'tool-call-delta')).toEqual([
      { type: 'tool-call-delta', callId: 'b', json: '2' },
      { type: 'tool-call-delta', callId: 'a', json: '1' },
    ]);
  });

  it('end with the answer where their own end is missing, filled from it where it has them', () => {
    expect(said(added(call)).at(-1)).toEqual({ type: 'tool-call-end', callId: 'a' });
    const response = { status: 'completed', output: [{ ...call, arguments: '{"x":1}' }] };
    expect(read(created, added(call), { type: 'response.completed', response }).slice(2, 4)).toEqual([
      { type: 'tool-call-delta', callId: 'a', json: '{"x":1}' },
      { type: 'tool-call-end', callId: 'a' },
    ]);
  });

  it('carry what has to be sent back with them', () => {
    const caller = { type: 'program', caller_id: 'p' };
    expect(said(done({ ...call, namespace: 'crm', caller })).at(-1)).toEqual({
      type: 'tool-call-end',
      callId: 'a',
      providerData: { namespace: 'crm', caller },
    });
  });

  it('of free text are written into an object', () => {
    const custom = { id: 'ct', type: 'custom_tool_call', call_id: 'a', name: 'run', input: '' };
    const events = said(
      added(custom),
      event('custom_tool_call_input.delta', { delta: 'print("' }),
      event('custom_tool_call_input.delta', { delta: 'hi")' }),
      event('custom_tool_call_input.done', { input: 'print("hi")' }),
      done(custom),
    );
    const json = events.map((each) => (each.type === 'tool-call-delta' ? each.json : '')).join('');
    expect(JSON.parse(json)).toEqual({ input: 'print("hi")' });
    expect(events.at(-1)).toEqual({ type: 'tool-call-end', callId: 'a', providerData: { type: 'custom' } });
    expect(said(done({ ...custom, input: 'ls' }))).toContainEqual({ type: 'tool-call-delta', callId: 'a', json: 'ls' });
  });
});

describe('tools of the provider in a Responses stream', () => {
  const search = { id: 'ws', type: 'web_search_call', status: 'in_progress' };

  it('give the item as it begins and ends, and all that is told between', () => {
    const found = { ...search, status: 'completed', action: { query: 'x' } };
    const searching = event('web_search_call.searching');
    expect(said(added(search), searching, done(found))).toEqual([
      { type: 'server-tool', callId: 'ws', name: 'web_search', phase: 'start', data: search },
      { type: 'server-tool', callId: 'ws', name: 'web_search', phase: 'delta', data: searching },
      { type: 'server-tool', callId: 'ws', name: 'web_search', phase: 'result', data: found },
    ]);
  });

  it('are named by the tool where the item does, and known by the call where it has one', () => {
    const item = { type: 'mcp_call', call_id: 'c', name: 'roll' };
    expect(said(done(item))[0]).toEqual({ type: 'server-tool', callId: 'c', name: 'roll', phase: 'start', data: item });
    expect(said(done({}))[0]).toMatchObject({ callId: 'item-0', name: 'item' });
    expect(said(added({ type: 'hologram' }), { type: 'response.output_item.done', output_index: 0 })).toHaveLength(1);
    expect(said({ type: 'response.output_item.added', output_index: 0 })).toEqual([]);
  });

  it('end with the answer where their own end is missing', () => {
    const list = { id: 'l', type: 'mcp_list_tools', tools: [] };
    const response = { status: 'completed', output: [{ id: 'other', type: 'message', content: [] }, list] };
    const events = read(created, added(list), { type: 'response.completed', response });
    expect(events.filter(({ type }) => type === 'server-tool').map((each) => ('phase' in each ? each.phase : ''))).toEqual([
      'start',
      'result',
    ]);
  });
});

describe('a whole Responses answer', () => {
  it('says what its stream would', () => {
    const output = [
      { id: 'rs', type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
      { id: 'i1', type: 'message', content: [{ type: 'output_text', text: 'x' }] },
    ];
    expect(eventsFromResponse('acme', { id: 'r1', model: 'm', status: 'completed', output })).toEqual([
      start,
      { type: 'reasoning-delta', part: 0, text: 'hm', id: 'rs' },
      { type: 'text-delta', part: 1, text: 'x' },
      end,
    ]);
  });

  it.each([
    ['failed', { status: 'failed', output: [], error: { code: 'server_error' } }, 'upstream.failed'],
    ['an error', { error: { code: 'model_not_found' } }, 'upstream.not-found'],
    ['no output', { id: 'r1' }, 'upstream.malformed'],
    ['no object', 'x', 'upstream.malformed'],
  ])('fails where it is %s', (_, answer, code) => {
    expect(failureOf(() => eventsFromResponse('acme', answer))?.code).toBe(code);
  });
});
