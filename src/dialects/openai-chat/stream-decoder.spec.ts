import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { eventsFromChatAnswer } from './answer.js';
import { openAiChatDecoder } from './stream-decoder.js';
import type { ChatState } from './stream-state.js';
import { isChatState } from './stream-state.js';

const decoder = openAiChatDecoder('acme');

// All streams here are hand-made.
function read(...data: readonly unknown[]): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  let state: ChatState | undefined;
  for (const item of data) {
    const step = decoder.decode({ data: typeof item === 'string' ? item : JSON.stringify(item) }, state);
    events.push(...step.events);
    state = step.state;
  }
  return [...events, ...decoder.end(state)];
}

function chunk(delta: unknown, more: object = {}): object {
  return { id: 'c1', model: 'm', choices: [{ index: 0, delta, ...more }] };
}

const stop = chunk({}, { finish_reason: 'stop' });
const start = { type: 'message-start', id: 'c1', model: 'm' };
const end = { type: 'message-end', reason: 'stop', providerReason: 'stop' };

function failureOf(run: () => unknown): MaestroError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return MaestroError.from(error);
  }
}

describe('a Chat Completions stream', () => {
  it('gives its text as it comes', () => {
    expect(read(chunk({ role: 'assistant', content: '' }), chunk({ content: 'Hel' }), chunk({ content: 'lo' }), stop, '[DONE]')).toEqual([
      start,
      { type: 'text-delta', part: 0, text: 'Hel' },
      { type: 'text-delta', part: 0, text: 'lo' },
      end,
    ]);
  });

  it('does not change a state that it was given', () => {
    const first = decoder.decode({ data: JSON.stringify(chunk({ content: 'a' })) }, undefined);
    const copy = structuredClone(first.state);
    decoder.decode({ data: JSON.stringify(chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'f' } }] })) }, first.state);
    expect(first.state).toEqual(copy);
    expect(isChatState(first.state)).toBe(true);
    expect(isChatState(undefined)).toBe(false);
  });

  it('keeps a surrogate pair whole that is cut over two deltas', () => {
    const cut = read(
      '{"choices":[{"delta":{"content":"\\ud83d"}}]}',
      '{"choices":[{"delta":{"content":"\\udc4b"},"finish_reason":"stop"}]}',
    );
    expect(cut.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')).toBe('👋');
  });

  it('gives log probabilities with the text that they are of', () => {
    const logprobs = { content: [{ token: 'a', logprob: -0.1 }], refusal: null };
    expect(read(chunk({ content: 'a' }, { logprobs }), stop)[1]).toEqual({
      type: 'text-delta',
      part: 0,
      text: 'a',
      logprobs: [{ token: 'a', logprob: -0.1 }],
    });
  });

  it('gives a refusal as one', () => {
    expect(read(chunk({ refusal: 'No.' }), stop)).toContainEqual({ type: 'refusal-delta', part: 0, text: 'No.' });
  });

  it.each([
    ['reasoning_content', { reasoning_content: 'hm' }],
    ['reasoning', { reasoning: 'hm' }],
    ['reasoning and its details, once', { reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }] }],
    ['reasoning_details alone', { reasoning_details: [{ type: 'reasoning.summary', summary: 'hm' }] }],
    ['a part of the content', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }],
    ['a part of the content, as a text', { content: [{ type: 'thinking', thinking: 'hm' }] }],
  ])('reads what the model thought from %s', (_, delta) => {
    expect(read(chunk(delta), chunk({ content: 'x' }), stop).slice(1, 3)).toEqual([
      { type: 'reasoning-delta', part: 0, text: 'hm' },
      { type: 'text-delta', part: 1, text: 'x' },
    ]);
  });

  it('gives what has to be sent back with each block of thoughts', () => {
    const details = [
      { type: 'reasoning.text', signature: 'sig', index: 0 },
      { type: 'reasoning.encrypted', data: 'sealed', index: 1 },
      { type: 'reasoning.text', index: 2 },
    ];
    expect(read(chunk({ reasoning_details: details }), stop).slice(1, -1)).toEqual([
      { type: 'reasoning-delta', part: 0, signature: 'sig' },
      { type: 'reasoning-delta', part: 1, encrypted: 'sealed' },
    ]);
  });

  it('reads content in parts, and keeps the kinds that it does not know', () => {
    const content = [{ type: 'text', text: 'a' }, 'b', 7, { type: 'thinking', thinking: [] }, { type: 'reference', ids: [1] }];
    expect(read(chunk({ content }), stop).slice(1, -1)).toEqual([
      { type: 'text-delta', part: 0, text: 'a' },
      { type: 'text-delta', part: 0, text: 'b' },
      { type: 'provider-event', name: 'reference', data: { type: 'reference', ids: [1] } },
    ]);
  });

  it('gives audio, images and citations', () => {
    const citation = { type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A', start_index: 1, end_index: 3 } };
    const events = read(
      chunk({ audio: { id: 'a', data: 'AAAA' } }),
      chunk({ audio: { transcript: 'hi', expires_at: 1 } }),
      chunk({ audio: { id: 'a' } }),
      chunk({ images: [{ image_url: { url: 'data:image/png;base64,iVBO' } }, { image_url: { url: 'https://i.example/1' } }, {}] }),
      chunk({ content: [{ type: 'image_url', image_url: 'https://i.example/2' }] }),
      chunk({ annotations: [citation, { type: 'url_citation', url_citation: {} }, { type: 'file', file: { name: 'a.pdf' } }] }),
      stop,
    );
    expect(events.slice(1, -1)).toEqual([
      { type: 'audio-delta', part: 0, data: 'AAAA' },
      { type: 'audio-delta', part: 0, transcript: 'hi' },
      { type: 'file', part: 1, mediaType: 'image/png', data: 'iVBO' },
      { type: 'file', part: 2, mediaType: 'image/*', url: 'https://i.example/1' },
      { type: 'file', part: 3, mediaType: 'image/*', url: 'https://i.example/2' },
      { type: 'citation', part: 4, url: 'https://a.example', title: 'A', start: 1, end: 3, data: citation },
      { type: 'citation', part: 4, data: { type: 'url_citation', url_citation: {} } },
      { type: 'provider-event', name: 'file', data: { type: 'file', file: { name: 'a.pdf' } } },
    ]);
  });

  it('gives usage as it comes and at the end, whatever the names', () => {
    const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8, prompt_tokens_details: { cached_tokens: 2 } };
    const events = read(chunk({ content: 'x' }), stop, { id: 'c1', model: 'm', choices: [], usage }, '[DONE]');
    expect(events.slice(-2)).toEqual([
      { type: 'usage', input: 5, output: 3, cacheRead: 2 },
      { ...end, usage: { input: 5, output: 3, cacheRead: 2 } },
    ]);
  });

  it.each([
    [
      { prompt_tokens: 1, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 1 } },
      { input: 1, output: 2, reasoning: 1 },
    ],
    [
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 13, completion_tokens_details: { reasoning_tokens: 10 } },
      { input: 1, output: 12, reasoning: 10 },
    ],
    [
      { prompt_tokens: 9, prompt_cache_hit_tokens: 4, prompt_tokens_details: { cache_write_tokens: 3 } },
      { input: 9, cacheRead: 4, cacheWrite: 3 },
    ],
    [{ completion_tokens: 2, cached_tokens: 0, reasoning_tokens: 0 }, { output: 2 }],
  ])('counts %j as %j', (usage, expected) => {
    expect(read(stop, { choices: [], usage }).at(-1)).toEqual({ ...end, usage: expected });
    expect(read(stop, { choices: [], x_groq: { usage } }).at(-1)).toEqual({ ...end, usage: expected });
    expect(read({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] }).at(-1)).toEqual({ ...end, usage: expected });
  });

  it('needs a finish in each choice seen, and no [DONE]', () => {
    const second = { choices: [{ index: 1, delta: { content: 'other' } }] };
    expect(read(chunk({ content: 'x' }), stop)).toHaveLength(3);
    expect(failureOf(() => read(chunk({ content: 'x' }), '[DONE]'))?.code).toBe('upstream.truncated');
    expect(failureOf(() => read(chunk({ content: 'x' }), second, stop, '[DONE]'))?.code).toBe('upstream.truncated');
    expect(read(chunk({ content: 'x' }), second, stop, { choices: [{ index: 1, finish_reason: 'length' }] }).at(-1)).toEqual(end);
    expect(failureOf(() => read())?.code).toBe('upstream.truncated');
  });

  it('takes a cut mark of the end for nothing', () => {
    expect(read(chunk({ content: 'x' }), stop, '[DO').at(-1)).toEqual(end);
    expect(failureOf(() => read(chunk({ content: 'x' }), '['))?.code).toBe('upstream.truncated');
  });

  it('reads the first of several choices', () => {
    const both = { id: 'c1', model: 'm', choices: [0, 1].map((index) => ({ index, delta: { content: String(index) } })) };
    const finish = { choices: [0, 1].map((index) => ({ index, delta: {}, finish_reason: 'stop' })) };
    expect(read(both, finish)).toEqual([start, { type: 'text-delta', part: 0, text: '0' }, end]);
  });

  it('stays finished when a last empty piece comes with the usage', () => {
    expect(read(chunk({ content: 'x' }), stop, chunk({ content: '' }, { finish_reason: null })).at(-1)).toEqual(end);
  });

  it('says nothing after its end', () => {
    expect(read(stop, '[DONE]', '[DONE]', chunk({ content: 'late' }))).toEqual([start, end]);
    expect(read(stop, '[DONE]\n[DONE]')).toEqual([start, end]);
  });

  it.each([
    ['length', [{ id: 'a', function: { name: 'f', arguments: '{"x":' } }], []],
    ['length', [{ id: 'a', function: { name: 'f', arguments: '' } }], []],
    ['length', [{ id: 'a', custom: { name: 'f', input: 'half' } }], []],
    ['content_filter', [{ id: 'a', function: { name: 'f', arguments: '{"x"' } }], []],
    ['length', [{ id: 'a', function: { name: 'f', arguments: '{"x":1}' } }], ['a']],
    [
      'length',
      [
        { index: 0, id: 'a', function: { name: 'f' } },
        { index: 1, id: 'b', custom: { name: 'g', input: 'whole' } },
        { index: 2, id: 'c', function: { name: 'f', arguments: '[' } },
      ],
      ['a', 'b'],
    ],
    ['tool_calls', [{ id: 'a', function: { name: 'f', arguments: '{"x":' } }], ['a']],
  ])('ends calls that are whole, and after a finish of %s no others: %j', (finish_reason, tool_calls, ended) => {
    const events = read(chunk({ tool_calls }), chunk({}, { finish_reason }));
    expect(events.flatMap((event) => (event.type === 'tool-call-end' ? [event.callId] : []))).toEqual(ended);
  });

  it.each([
    ['eos', 'stop'],
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['function_call', 'tool-calls'],
    ['gone_fishing', 'other'],
  ])('calls the finish %s %s', (word, reason) => {
    expect(read(chunk({}, { finish_reason: word })).at(-1)).toEqual({ type: 'message-end', reason, providerReason: word });
  });

  it('keeps what it does not know, after the start', () => {
    const verdict = [{ prompt_index: 0 }];
    const early = { id: '', model: '', choices: [], prompt_filter_results: verdict };
    expect(read(early, chunk({ content: 'x' }), { type: 'ping' }, { object: 'hologram' }, {}, { choices: [] }, stop)).toEqual([
      start,
      { type: 'provider-event', name: 'prompt_filter_results', data: verdict },
      { type: 'text-delta', part: 0, text: 'x' },
      { type: 'provider-event', name: 'ping', data: { type: 'ping' } },
      { type: 'provider-event', name: 'hologram', data: { object: 'hologram' } },
      { type: 'provider-event', name: 'unknown', data: {} },
      end,
    ]);
  });

  it('names an answer that has neither id nor model by nothing', () => {
    expect(read({ choices: [{ delta: { content: 'x' }, finish_reason: 'stop' }] })[0]).toEqual({ type: 'message-start', model: '' });
  });

  it.each([
    ['an error object', { error: { code: 'rate_limit_exceeded' } }, 'upstream.rate-limited'],
    ['an error beside a chunk', { ...chunk({}), error: { code: 400 } }, 'upstream.invalid-request'],
    ['an error text', { error: 'context length exceeded' }, 'upstream.context-too-long'],
    ['no JSON', 'oops', 'upstream.malformed'],
    ['no object', '[1]', 'upstream.malformed'],
  ])('fails at %s', (_, event, code) => {
    expect(failureOf(() => read(chunk({ content: 'x' }), event))?.code).toBe(code);
  });

  it('fails at an event of the name error, and at what stands between the events', () => {
    expect(failureOf(() => decoder.decode({ event: 'error', data: '{"message":"x"}' }, undefined))?.code).toBe('upstream.failed');
    const stray = (text: string): string | undefined => failureOf(() => decoder.stray?.(text))?.code;
    expect(stray('error: {"detail":"out of memory"}\n')).toBe('upstream.failed');
    expect(stray('{"error":{"code":"slow_down"}}\n')).toBe('upstream.overloaded');
    expect(stray('hello\n{"no":"error"}\n')).toBeUndefined();
  });

  it('passes over an event without data', () => {
    expect(read('', chunk({ content: 'x' }), ' ', stop)).toHaveLength(3);
  });
});

function call(index: number | undefined, id: string | undefined, name: string | undefined, args?: unknown): object {
  return { index, id, function: { name, arguments: args } };
}

function calls(...toolCalls: readonly object[]): object {
  return chunk({ tool_calls: toolCalls });
}

const asked = chunk({}, { finish_reason: 'tool_calls' });

function summary(events: readonly StreamEvent[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.type !== 'tool-call-start') return [];
    const json = events.map((other) => (other.type === 'tool-call-delta' && other.callId === event.callId ? other.json : '')).join('');
    return [`${event.providerCallId ?? event.callId} ${event.name}(${json})`];
  });
}

describe('tool calls in a Chat Completions stream', () => {
  it('are begun, filled and ended', () => {
    expect(read(calls(call(0, 'a', 'f', '')), calls(call(0, undefined, undefined, '{}')), asked)).toEqual([
      start,
      { type: 'tool-call-start', part: 0, callId: 'a', name: 'f' },
      { type: 'tool-call-delta', callId: 'a', json: '{}' },
      { type: 'tool-call-end', callId: 'a' },
      { type: 'message-end', reason: 'tool-calls', providerReason: 'tool_calls' },
    ]);
  });

  it.each([
    ['in parallel', [call(0, 'a', 'f', '1'), call(1, 'b', 'g', '2'), call(0, undefined, undefined, '3')], ['a f(13)', 'b g(2)']],
    ['with the id and name in each piece', [call(0, 'a', 'f', '1'), call(0, 'a', 'f', '2')], ['a f(12)']],
    ['each numbered 0', [call(0, 'a', 'f', '1'), call(0, 'b', 'f', '2')], ['a f(1)', 'b f(2)']],
    [
      'not numbered',
      [call(undefined, 'a', 'f', '1'), call(undefined, 'b', 'f', '2'), call(undefined, 'a', undefined, '3')],
      ['a f(13)', 'b f(2)'],
    ],
    [
      'neither numbered nor with an id',
      [call(undefined, undefined, 'f', '1'), call(undefined, undefined, undefined, '2')],
      ['call_c1_0 f(12)'],
    ],
    ['with an id that was given away', [call(0, 'a', 'f', '1'), call(1, 'a', 'g', '2')], ['a f(1)', 'a g(2)']],
    ['with arguments that are an object', [call(0, 'a', 'f', { x: 1 })], ['a f({"x":1})']],
    ['with arguments that are null', [call(0, 'a', 'f', null)], ['a f()']],
    ['of no name, which nobody can call', [call(0, 'a', '', '{}')], []],
  ])('are told apart %s', (_, fragments, expected) => {
    expect(summary(read(...fragments.map((fragment) => calls(fragment)), asked))).toEqual(expected);
  });

  it('have ids of their own where the provider gave none that can be used', () => {
    const events = read(calls(call(0, 'a', 'f'), call(1, 'a', 'g')), asked);
    expect(events[2]).toEqual({ type: 'tool-call-start', part: 1, callId: 'call_c1_1', name: 'g', providerCallId: 'a' });
    const nameless = decoder.decode({ data: '{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f"}}]}}]}' }, undefined);
    expect(nameless.events[1]).toMatchObject({ callId: 'call_0' });
  });

  it('are read in their old form', () => {
    const events = read(chunk({ function_call: { name: 'f', arguments: '{"a"' } }), chunk({ function_call: { arguments: ':1}' } }), asked);
    expect(summary(events)).toEqual(['call_c1_0 f({"a":1})']);
  });

  it('of free text are written into an object', () => {
    const custom = (input: string): object => ({ index: 0, id: 'a', type: 'custom', custom: { name: 'run', input } });
    const events = read(calls(custom('print("')), calls(custom('hi")\n')), asked);
    expect(summary(events)).toEqual(['a run({"input":"print(\\"hi\\")\\n"})']);
    expect(events.at(-2)).toEqual({ type: 'tool-call-end', callId: 'a', providerData: { type: 'custom' } });
  });
});

describe('a whole Chat Completions answer', () => {
  const message = {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
  };

  it('says what its stream would', () => {
    const answer = { id: 'c1', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage: { prompt_tokens: 1 } };
    expect(eventsFromChatAnswer('acme', answer)).toEqual([
      start,
      { type: 'tool-call-start', part: 0, callId: 'a', name: 'f' },
      { type: 'tool-call-delta', callId: 'a', json: '{}' },
      { type: 'tool-call-end', callId: 'a' },
      { type: 'usage', input: 1 },
      { type: 'message-end', reason: 'tool-calls', providerReason: 'tool_calls', usage: { input: 1 } },
    ]);
  });

  it('is whole also where it does not say why it ended', () => {
    const events = eventsFromChatAnswer('acme', { choices: [{ message, finish_reason: '' }] });
    expect(events.slice(-2)).toEqual([
      { type: 'tool-call-end', callId: 'a' },
      { type: 'message-end', reason: 'other' },
    ]);
  });

  it.each([
    ['an error', { error: { code: 'content_filter', status: 400 } }, 'upstream.invalid-request'],
    ['no choice', { choices: [] }, 'upstream.malformed'],
    ['no object', [], 'upstream.malformed'],
  ])('fails where it is %s', (_, answer, code) => {
    expect(failureOf(() => eventsFromChatAnswer('acme', answer))?.code).toBe(code);
  });
});
