import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { eventsFromAnswer } from './answer.js';

function codeOf(answer: unknown): string | undefined {
  try {
    eventsFromAnswer('acme', answer);
    return undefined;
  } catch (error) {
    return MaestroError.from(error).code;
  }
}

describe('a whole Messages answer', () => {
  it('says the same as its stream (hand-made)', () => {
    const events = eventsFromAnswer('acme', {
      id: 'msg_1',
      type: 'message',
      model: 'claude-x',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'text', text: 'Hello' },
      ],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 2 },
    });
    expect(events).toEqual([
      { type: 'message-start', id: 'msg_1', model: 'claude-x' },
      { type: 'usage', input: 3, output: 2 },
      { type: 'reasoning-delta', part: 0, text: 'hm', signature: 'sig' },
      { type: 'text-delta', part: 1, text: 'Hello' },
      { type: 'message-end', reason: 'stop', providerReason: 'end_turn', usage: { input: 3, output: 2 } },
    ]);
  });

  it('is a failure where it reports one', () => {
    const refusal = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(codeOf(refusal)).toBe('upstream.overloaded');
  });

  it.each([[null], ['text'], [{}], [{ content: 'text' }]])('is malformed where it is no message: %j', (answer) => {
    expect(codeOf(answer)).toBe('upstream.malformed');
  });
});
