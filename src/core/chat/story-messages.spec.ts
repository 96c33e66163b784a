import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { StoryMessage } from './story-messages.js';
import { storyMessages } from './story-messages.js';

async function* given(...steps: readonly (StreamEvent | Error)[]): AsyncGenerator<StreamEvent> {
  for (const step of steps) {
    if (step instanceof Error) throw step;
    yield step;
  }
}

async function told(...steps: readonly (StreamEvent | Error)[]): Promise<readonly StoryMessage[]> {
  const messages: StoryMessage[] = [];
  for await (const message of storyMessages(given(...steps))) messages.push(message);
  return messages;
}

const start = { type: 'message-start', model: 'm' } as const;
const end = { type: 'message-end', reason: 'stop' } as const;

describe('the five kinds of message', () => {
  it('tell an answer: its words, its whole calls, its usage, its end', async () => {
    const messages = await told(
      start,
      { type: 'reasoning-delta', part: 0, text: 'Hm.' },
      { type: 'text-delta', part: 1, text: 'Let me ' },
      { type: 'text-delta', part: 1, text: '' },
      { type: 'tool-call-start', part: 2, callId: 'c1', name: 'look' },
      { type: 'tool-call-start', part: 3, callId: 'c2', name: 'wait' },
      { type: 'tool-call-delta', callId: 'c1', json: '{"at"' },
      { type: 'text-delta', part: 1, text: 'see.' },
      { type: 'tool-call-end', callId: 'c2' },
      { type: 'tool-call-delta', callId: 'c1', json: ':1}' },
      { type: 'tool-call-end', callId: 'c1' },
      { type: 'usage', input: 1, output: 1 },
      { ...end, reason: 'tool-calls', providerReason: 'tool_use', usage: { input: 9, output: 4, reasoning: 2 } },
    );

    expect(messages).toEqual([
      { type: 'content', content: 'Let me ' },
      { type: 'content', content: 'see.' },
      { type: 'function_call', function_call: [{ id: 'c2', type: 'function', function: { name: 'wait', arguments: '{}' } }] },
      { type: 'function_call', function_call: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }] },
      { type: 'usage', usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } },
      { type: 'done', metadata: { reason: 'tool-calls', providerReason: 'tool_use' } },
    ]);
  });

  it('mark the words of a refusal', async () => {
    const messages = await told(start, { type: 'refusal-delta', part: 0, text: 'No.' }, { type: 'refusal-delta', part: 0, text: '' }, end);
    expect(messages[0]).toEqual({ type: 'content', content: 'No.', metadata: { refusal: true } });
    expect(messages).toHaveLength(2);
  });

  it('tell no call that was cut, nor one that never began', async () => {
    const cut: readonly StreamEvent[] = [
      { type: 'tool-call-start', part: 0, callId: 'c1', name: 'look' },
      { type: 'tool-call-delta', callId: 'c1', json: '{"at"' },
      { type: 'tool-call-delta', callId: 'c9', json: '{}' },
      { type: 'tool-call-end', callId: 'c9' },
    ];
    expect(await told(start, ...cut, { ...end, reason: 'length' })).toEqual([{ type: 'done', metadata: { reason: 'length' } }]);
  });

  it.each([
    [{ input: 3 }, { prompt_tokens: 3 }],
    [{ output: 3 }, { completion_tokens: 3 }],
  ])('tell of the running usage %j where the end tells none', async (usage, expected) => {
    expect((await told(start, { type: 'usage', ...usage }, end))[0]).toEqual({ type: 'usage', usage: expected });
  });

  it.each([
    ['a failure', new MaestroError('upstream.overloaded', { provider: 'whole' }), 'upstream.overloaded', true],
    ['a bug', new TypeError('a bug'), 'internal', false],
  ])('end with an error and no more for %s', async (_what, failure, code, retryable) => {
    const messages = await told(start, { type: 'text-delta', part: 0, text: 'Hal' }, failure);

    expect(messages).toEqual([
      { type: 'content', content: 'Hal' },
      { type: 'error', error: expect.any(String) as string, metadata: { code, category: expect.any(String) as string, retryable } },
    ]);
    expect(JSON.stringify(messages)).not.toContain('a bug');
  });

  it('end with an error where a stream has no end', async () => {
    expect(await told(start)).toMatchObject([{ type: 'error', metadata: { code: 'upstream.truncated' } }]);
  });

  it('end the stream with the reader', async () => {
    const state = { isClosed: false };
    async function* endless(): AsyncGenerator<StreamEvent> {
      try {
        for (;;) yield { type: 'text-delta', part: 0, text: 'on and ' };
      } finally {
        state.isClosed = true;
      }
    }
    for await (const _message of storyMessages(endless())) break;
    expect(state.isClosed).toBe(true);
  });
});
