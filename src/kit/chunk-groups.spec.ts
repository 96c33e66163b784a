import * as fc from 'fast-check';

import type { ContentPart } from '../contracts/chat.js';
import { deletedWith } from './chunk-groups.js';
import type { ChunkOutline } from '../core/contexts/context-store.port.js';
import { piecesFrom } from '../core/contexts/pieces.js';
import { withoutStrays } from '../core/contexts/sendable.js';

/** One letter a chunk: t(houghts), w(ords), c(all), r(esult), u(ser); a blank begins another message. */
function chunksFrom(script: string): readonly ChunkOutline[] {
  const kinds = { t: 'reasoning', w: 'message', u: 'message', c: 'tool-call', r: 'tool-result' } as const;
  let position = -1;
  let message = 0;
  return [...script.matchAll(/( ?)([twucr])(\d?)/g)].map(([, gap, letter = 'w', call]) => {
    position += 1;
    if (gap !== '') message = position;
    const kind = kinds[letter as keyof typeof kinds];
    const role = letter === 'u' ? 'user' : letter === 'r' ? 'tool' : 'assistant';
    return { id: String(position), position, message, role, kind, ...(call !== '' && { callId: call ?? '' }) };
  });
}

describe('deleting a chunk takes along', () => {
  it.each([
    ['nothing, where it is words alone', 'u w', 1, [1]],
    ['the result of a call', 'u c1 r1 w', 1, [1, 2]],
    ['the call of a result', 'u c1 r1 w', 2, [1, 2]],
    ['parallel calls and their results', 'u c1c2 r1r2 w', 3, [1, 2, 3, 4]],
    ['the thoughts before a call', 'u twc1 r1 w', 4, [1, 3, 4]],
    ['the call after a thought', 'u twc1 r1 w', 1, [1, 3, 4]],
    ['the other thoughts of the message', 'u tt w', 1, [1, 2]],
    ['the thoughts before the words, and the calls with them', 'u twc1 r1', 2, [1, 2, 3, 4]],
    ['no words after a thought', 'u tw', 1, [1]],
    ['the nearest call where an id comes twice', 'u c1 r1 u c1 r1', 5, [4, 5]],
    ['both results of a call that was answered twice', 'u c1 r1 r1', 3, [1, 2, 3]],
    ['nothing of a result without a call', 'u r1', 1, [1]],
  ])('%s', (_what, script, chunk, expected) => {
    expect([...deletedWith(String(chunk), chunksFrom(script))].map(Number).sort()).toEqual(expected);
  });

  it('nothing where it is not there', () => {
    expect(() => deletedWith('9', chunksFrom('u w'))).toThrow(expect.objectContaining({ code: 'context.chunk-not-found' }) as Error);
  });
});

describe('whatever is deleted from a conversation', () => {
  it('leaves one that strict providers take', () => {
    fc.assert(
      fc.property(conversation, fc.array(fc.nat(), { maxLength: 6 }), (turns, picks) => {
        const whole = outlinesOf(turns);
        expect(faultsOf(whole, whole)).toEqual([]);
        const left = picks.reduce(deleteOne, whole);
        expect(faultsOf(left, whole)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a result without its call', () => {
  it('is not sent', () => {
    expect(withoutStrays(chunksFrom('u r1 c1 r1 r2')).map(({ id }) => id)).toEqual(['0', '2', '3']);
  });
});

interface Turn {
  readonly thoughts: number;
  readonly words: boolean;
  readonly interleaved: boolean;
  readonly calls: number;
  readonly answeredTogether: boolean;
}

const turn = fc.record<Turn>({
  thoughts: fc.nat(2),
  words: fc.boolean(),
  interleaved: fc.boolean(),
  calls: fc.nat(3),
  answeredTogether: fc.boolean(),
});
const conversation = fc.array(turn, { minLength: 1, maxLength: 6 });

/** As a client and a provider would say it: every call answered, no thought for nothing. */
function outlinesOf(turns: readonly Turn[]): readonly ChunkOutline[] {
  const messages = turns.flatMap(({ thoughts, words, interleaved, calls, answeredTogether }, number) => {
    const said: ContentPart = { type: 'text', text: 'said' };
    const thought: readonly ContentPart[] = Array.from({ length: thoughts }, () => ({ type: 'reasoning', signature: 's' }));
    const called: readonly ContentPart[] = Array.from({ length: calls }, (_none, index) => {
      return { type: 'tool-call', callId: `c${String(number)}-${String(index)}`, name: 'f', arguments: {} };
    });
    const speech = words || calls === 0 ? [said] : [];
    const answer = interleaved ? [...thought, ...speech, ...thought, ...called, said] : [...thought, ...speech, ...called];
    const results: readonly ContentPart[] = called.map((part) => {
      return { type: 'tool-result', callId: 'callId' in part ? part.callId : '', result: 'done' };
    });
    const answers = answeredTogether ? [results] : results.map((result) => [result]);
    return [
      { role: 'user', content: 'asked' } as const,
      { role: 'assistant', content: answer } as const,
      ...answers.filter(({ length }) => length > 0).map((content) => ({ role: 'tool', content }) as const),
    ];
  });
  return piecesFrom(messages).map((piece, position) => ({ ...piece, id: String(position), position }));
}

function deleteOne(chunks: readonly ChunkOutline[], pick: number): readonly ChunkOutline[] {
  const chunk = chunks[pick % Math.max(1, chunks.length)];
  if (chunk === undefined) return chunks;
  const gone = deletedWith(chunk.id, chunks);
  return chunks.filter(({ id }) => !gone.has(id));
}

/** What a strict provider would say to it; a second telling of the rules, from the provider's side. */
function faultsOf(left: readonly ChunkOutline[], whole: readonly ChunkOutline[]): readonly string[] {
  const of = (chunks: readonly ChunkOutline[], message: number, kind: string): readonly ChunkOutline[] =>
    chunks.filter((chunk) => chunk.message === message && chunk.kind === kind);
  const calls = new Set(left.flatMap(({ kind, callId }) => (kind === 'tool-call' ? [callId] : [])));
  const results = new Set(left.flatMap(({ kind, callId }) => (kind === 'tool-result' ? [callId] : [])));
  return left.flatMap(({ id, kind, callId, message, position }) => {
    const faults: string[] = [];
    if (kind === 'tool-result' && !calls.has(callId)) faults.push(`${id}: a result without a call`);
    if (kind === 'tool-call') {
      if (!results.has(callId)) faults.push(`${id}: a call without a result`);
      if (of(left, message, 'tool-call').length < of(whole, message, 'tool-call').length) faults.push(`${id}: not all calls of a message`);
      if (of(left, message, 'reasoning').length < of(whole, message, 'reasoning').length) faults.push(`${id}: a call without its thought`);
    }
    if (kind === 'reasoning') {
      if (of(left, message, 'reasoning').length < of(whole, message, 'reasoning').length) faults.push(`${id}: a broken row of thoughts`);
      const isFollowed = left.some((other) => other.message === message && other.position > position);
      if (!isFollowed) faults.push(`${id}: a thought that nothing follows`);
    }
    return faults;
  });
}
