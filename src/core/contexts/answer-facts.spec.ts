import type { ChatAnswer, Usage } from '../../contracts/stream-event.js';
import { answerFacts } from './answer-facts.js';
import type { Piece } from './pieces.js';

const said: Piece = { kind: 'message', role: 'assistant', message: 0, parts: [{ type: 'text', text: 'Hello' }] };
const thought: Piece = { kind: 'reasoning', role: 'assistant', message: 0, parts: [{ type: 'reasoning', text: 'Hm', id: 'rs_1' }] };
const unnamed: Piece = { kind: 'reasoning', role: 'assistant', message: 0, parts: [{ type: 'reasoning', text: 'Hm' }] };

function factsOf(pieces: readonly Piece[], usage?: Usage): readonly unknown[] {
  const answer: ChatAnswer = {
    streamId: 's',
    id: 'msg_1',
    model: 'm-1',
    role: 'assistant',
    content: [],
    reason: 'stop',
    ...(usage !== undefined && { usage }),
  };
  return pieces.map(answerFacts(answer, pieces));
}

describe('what is known of the pieces of an answer', () => {
  it('are the tokens of each where it is the only one of its kind', () => {
    expect(factsOf([thought, said], { output: 30, reasoning: 20 })).toEqual([
      { model: 'm-1', tokens: 20, providerRef: 'rs_1' },
      { model: 'm-1', tokens: 10, providerRef: 'msg_1' },
    ]);
    expect(factsOf([said], { output: 30 })).toEqual([{ model: 'm-1', tokens: 30, providerRef: 'msg_1' }]);
  });

  it('are no tokens where two share a number, or one is not told apart', () => {
    expect(factsOf([thought, unnamed], { output: 30, reasoning: 20 })).toEqual([
      { model: 'm-1', providerRef: 'rs_1' },
      { model: 'm-1', providerRef: 'msg_1' },
    ]);
    expect(factsOf([thought, said], { output: 30 })).toEqual([
      { model: 'm-1', providerRef: 'rs_1' },
      { model: 'm-1', providerRef: 'msg_1' },
    ]);
    expect(factsOf([said])).toEqual([{ model: 'm-1', providerRef: 'msg_1' }]);
  });

  it('count thoughts that were not shown to nobody', () => {
    expect(factsOf([said], { output: 30, reasoning: 20 })).toEqual([{ model: 'm-1', tokens: 10, providerRef: 'msg_1' }]);
  });
});
