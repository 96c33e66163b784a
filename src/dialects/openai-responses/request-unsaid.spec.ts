import type { ReasoningPart } from '../../contracts/chat.js';
import { encodeResponsesRequest } from './request.js';
import { unsaidInResponses } from './request-unsaid.js';

function requestOf(...thoughts: readonly Omit<ReasoningPart, 'type'>[]) {
  const content = thoughts.map((thought) => ({ type: 'reasoning', id: 'rs_1', ...thought }) as const);
  return { model: 'm-1', messages: [{ role: 'assistant', content }] } as const;
}

describe('a thought in pieces', () => {
  it('is named where a piece is not said at all', () => {
    const request = requestOf({ encrypted: 'first' }, { encrypted: 'second' });

    expect(encodeResponsesRequest(request).input).toEqual([{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'second' }]);
    expect(unsaidInResponses(request)).toEqual(['reasoning']);
  });

  it('is named where a piece has but a mark of another wire', () => {
    expect(unsaidInResponses(requestOf({ signature: 'mark' }, { encrypted: 'proof' }))).toEqual(['reasoning']);
  });

  it('loses but its earlier proof where both pieces have words', () => {
    const request = requestOf({ text: 'one', encrypted: 'first' }, { text: 'two', encrypted: 'second' });

    expect(unsaidInResponses(request)).toEqual(['reasoning.encrypted']);
  });

  it('is whole where its pieces have the same proof', () => {
    expect(unsaidInResponses(requestOf({ text: 'one', encrypted: 'proof' }, { text: 'two', encrypted: 'proof' }))).toEqual([]);
  });
});
