import { anthropicMessagesFailure } from '../../src/dialects/anthropic-messages/errors.js';
import { openAiChatFailure } from '../../src/dialects/openai-chat/errors.js';
import type { Summary } from './summary.js';
import { brokenPromises, readStream, summaryOf } from './summary.js';
import type { RecordedWire } from './cases.js';
import { decoderOf } from './wires.js';

// Hand-made, after the facts of the wires: what no recording has.
const data = (...values: readonly unknown[]): string => values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('');
const choice = (delta: object, finish: string | null = null): object => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const part = (text: string, more: object = {}): object => ({ candidates: [{ content: { parts: [{ text }] }, ...more }] });
const response = (status: string, more: object = {}): object => ({ id: 'r', model: 'm', status, output: [], ...more });
const delta = (text: string): object => ({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: text });
const started = { type: 'message_start', message: { id: 'm', model: 'm', content: [], usage: { input_tokens: 1, output_tokens: 1 } } };
const text = (words: string): object => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } });
const stopped = (reason: string): readonly object[] => [
  { type: 'message_delta', delta: { stop_reason: reason }, usage: { output_tokens: 2 } },
  { type: 'message_stop' },
];

interface HandMade {
  readonly wire: RecordedWire;
  readonly stream: string;
  readonly says: Partial<Summary>;
  readonly code?: string;
}

const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };

const cases: Readonly<Record<string, HandMade>> = {
  'a surrogate pair cut over two deltas, in Chat Completions': {
    wire: 'chat',
    stream: data(choice({ content: 'a\uD83D' }), choice({ content: '\uDC4Bb' }), choice({}, 'stop')),
    says: { text: 'a👋b', finish: 'stop' },
  },
  'a surrogate pair cut over two deltas, in Responses': {
    wire: 'responses',
    stream: data(delta('a\uD83D'), delta('\uDC4Bb'), { type: 'response.completed', response: response('completed') }),
    says: { text: 'a👋b', finish: 'stop' },
  },
  'a surrogate pair cut over two deltas, in Messages': {
    wire: 'messages',
    stream: data(started, text('a\uD83D'), text('\uDC4Bb'), ...stopped('end_turn')),
    says: { text: 'a👋b', finish: 'stop' },
  },
  'a surrogate pair cut over two deltas, in generateContent': {
    wire: 'generate-content',
    stream: data(part('a\uD83D'), part('\uDC4Bb', { finishReason: 'STOP' })),
    says: { text: 'a👋b', finish: 'stop' },
  },
  'a content filter that ends a Chat Completions stream': {
    wire: 'chat',
    stream: data(choice({ content: 'a' }), choice({}, 'content_filter')),
    says: { text: 'a', finish: 'content-filter', finishRaw: 'content_filter' },
  },
  'a refusal, word by word, in Chat Completions': {
    wire: 'chat',
    stream: data(choice({ refusal: 'I can' }), choice({ refusal: 'not.' }), choice({}, 'stop')),
    says: { text: '', refusal: 'I cannot.', finish: 'stop' },
  },
  'a content filter that ends a Responses stream': {
    wire: 'responses',
    stream: data(delta('a'), {
      type: 'response.incomplete',
      response: response('incomplete', { incomplete_details: { reason: 'content_filter' } }),
    }),
    says: { text: 'a', finish: 'content-filter', finishRaw: 'content_filter' },
  },
  'a refusal that ends a Messages stream': {
    wire: 'messages',
    stream: data(started, text('a'), ...stopped('refusal')),
    says: { text: 'a', finish: 'content-filter', finishRaw: 'refusal' },
  },
  'an overload in the middle of a Messages stream': {
    wire: 'messages',
    stream: data(started, text('a'), overloaded),
    says: { text: 'a', isFailed: true },
    code: 'upstream.overloaded',
  },
  'an overload as the first event of a Messages stream': {
    wire: 'messages',
    stream: data(overloaded),
    says: { text: '', isFailed: true },
    code: 'upstream.overloaded',
  },
  'safety that ends a stream of generateContent': {
    wire: 'generate-content',
    stream: data(part('a'), { candidates: [{ finishReason: 'SAFETY', safetyRatings: [{ category: 'X', blocked: true }] }] }),
    says: { text: 'a', finish: 'content-filter', finishRaw: 'SAFETY' },
  },
  'a prompt that generateContent blocks': {
    wire: 'generate-content',
    stream: data({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 4 } }),
    says: { text: '', finish: 'content-filter', finishRaw: 'PROHIBITED_CONTENT' },
  },
};

describe('hand-made streams', () => {
  it.each(Object.entries(cases))('say what they say: %s', async (_what, { wire, stream, says, code }) => {
    const bytes = Buffer.from(stream);
    const decoder = decoderOf(wire, 'acme');
    const whole = await readStream([bytes], decoder, 'acme');

    expect(summaryOf(whole)).toMatchObject(says);
    expect(whole.error?.code).toBe(code);
    expect(brokenPromises(whole)).toEqual([]);
    for (let at = 1; at < bytes.length; at += 1) {
      expect((await readStream([bytes.subarray(0, at), bytes.subarray(at)], decoder, 'acme')).events).toEqual(whole.events);
    }
  });
});

describe('hand-made refusals', () => {
  it.each([
    [429, 'rate_limit_error', 'upstream.rate-limited'],
    [529, 'overloaded_error', 'upstream.overloaded'],
  ])('of Messages have their class and say when to come again: %d', (status, type, code) => {
    const body = JSON.stringify({ type: 'error', error: { type, message: 'x' }, request_id: 'req_1' });
    expect(anthropicMessagesFailure('acme', status, { 'retry-after': '12' }, body)).toMatchObject({
      code,
      isRetryable: true,
      retryAfterMs: 12_000,
      upstream: { status, requestId: 'req_1', code: type },
    });
  });

  it('of Chat Completions tell the limits that their headers tell', () => {
    const headers = {
      'x-request-id': 'req_1',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1.5s',
    };
    const body = JSON.stringify({ error: { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' } });
    expect(openAiChatFailure('acme', 429, headers, body)).toMatchObject({
      code: 'upstream.rate-limited',
      isRetryable: true,
      retryAfterMs: 1500,
      upstream: { requestId: 'req_1', rateLimits: [{ unit: 'requests', limit: 60, remaining: 0, resetsInMs: 1500 }] },
    });
  });
});
