import { describeRecordings } from './cases.js';
import { readStream, summaryOf } from './summary.js';
import { decoderOf } from './wires.js';

/** Hand-made: the same call, as each wire counts it. 100 tokens in, of them 60 read from a cache; 30 out, of them 10 of reasoning. */
const told = {
  chat: {
    events: [
      { choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }] },
      {
        choices: [],
        usage: {
          prompt_tokens: 100,
          completion_tokens: 30,
          total_tokens: 130,
          prompt_tokens_details: { cached_tokens: 60 },
          completion_tokens_details: { reasoning_tokens: 10 },
        },
      },
    ],
  },
  responses: {
    events: [
      {
        type: 'response.completed',
        response: {
          status: 'completed',
          output: [],
          usage: {
            input_tokens: 100,
            output_tokens: 30,
            input_tokens_details: { cached_tokens: 60 },
            output_tokens_details: { reasoning_tokens: 10 },
          },
        },
      },
    ],
  },
  'generate-content': {
    events: [
      {
        candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 100, cachedContentTokenCount: 60, candidatesTokenCount: 20, thoughtsTokenCount: 10 },
      },
    ],
  },
} as const;

const body = (events: readonly object[]): Buffer => Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));

describe('usage means the same on every wire', () => {
  it.each(['chat', 'responses', 'generate-content'] as const)('input counts the cache in, output the reasoning: %s', async (wire) => {
    const { usage } = summaryOf(await readStream([body(told[wire].events)], decoderOf(wire, 'acme'), 'acme'));
    expect(usage).toEqual({ input: 100, output: 30, cacheRead: 60, reasoning: 10 });
  });

  it('input counts in what the Messages wire counts beside it, reads and writes; its last counts stand', async () => {
    const usage = { input_tokens: 30, cache_read_input_tokens: 60, cache_creation_input_tokens: 10, output_tokens: 1 };
    const events = [
      { type: 'message_start', message: { id: 'm', model: 'm', content: [], usage } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 30 } },
      { type: 'message_stop' },
    ];
    expect(summaryOf(await readStream([body(events)], decoderOf('messages', 'acme'), 'acme')).usage).toEqual({
      input: 100,
      output: 30,
      cacheRead: 60,
      cacheWrite: 10,
    });
  });
});

describeRecordings('the usage of every recorded stream', ({ cases }) => {
  it('is never less than its parts, but where the provider contradicts itself', async () => {
    const lacking: string[] = [];
    for (const { id, kind, api, provider, body: recorded } of cases) {
      if (kind !== 'stream') continue;
      const { usage } = summaryOf(await readStream([recorded], decoderOf(api, provider), provider));
      const { input = Infinity, output = Infinity, cacheRead = 0, cacheWrite = 0, reasoning = 0 } = usage ?? {};
      if (input < cacheRead + cacheWrite || output < reasoning) lacking.push(id);
    }
    // 161 tokens from a cache, of 7 in all: docs/dialects.md.
    expect(lacking).toEqual(['azure/chat/rubyllm--chat_streaming_responses_azure_grok-4-1-fast-non-reasoning_supports_streaming_res']);
  });
});
