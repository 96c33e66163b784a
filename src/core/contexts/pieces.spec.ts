import type { ChatMessage, ContentPart } from '../../contracts/chat.js';
import type { AnswerPart } from '../../contracts/stream-event.js';
import { messageFromAnswer, messagesFrom, piecesFrom, textOf } from './pieces.js';

const text = { type: 'text', text: 'Look: ' } as const;
const image = { type: 'image', data: 'AAAA', mediaType: 'image/png' } as const;
const thought = { type: 'reasoning', text: 'Hm.', signature: 's1', id: 'rs_1' } as const;
const call = { type: 'tool-call', callId: 'c1', name: 'look', arguments: { at: 1 } } as const;
const result = { type: 'tool-result', callId: 'c1', result: [{ type: 'text', text: 'seen ' }, image] } as const;
const own = { type: 'provider-part', provider: 'whole', data: { type: 'search' } } as const;

const talk: readonly ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: [text, image] },
  { role: 'assistant', content: [thought, text, call, { ...call, callId: 'c2' }, own] },
  { role: 'tool', content: [result, { ...result, callId: 'c2', result: 'nothing' }] },
];

describe('the pieces of messages', () => {
  it('are what is said, and each thought, call and result by itself', () => {
    expect(piecesFrom(talk).map(({ kind, role, message, callId }) => [kind, role, message, callId])).toEqual([
      ['message', 'system', 0, undefined],
      ['message', 'user', 1, undefined],
      ['reasoning', 'assistant', 2, undefined],
      ['message', 'assistant', 2, undefined],
      ['tool-call', 'assistant', 2, 'c1'],
      ['tool-call', 'assistant', 2, 'c2'],
      ['message', 'assistant', 2, undefined],
      ['tool-result', 'tool', 7, 'c1'],
      ['tool-result', 'tool', 7, 'c2'],
    ]);
  });

  it('make the same messages again', () => {
    expect(messagesFrom(piecesFrom(talk))).toEqual(talk);
    const marked: ChatMessage = { role: 'user', content: [{ ...text, providerOptions: { whole: { cache: true } } }] };
    expect(messagesFrom(piecesFrom([marked]))).toEqual([marked]);
  });

  it('make messages without what is gone', () => {
    const left = piecesFrom(talk).filter(({ kind, role }) => kind === 'message' && role === 'assistant');
    expect(messagesFrom(left)).toEqual([{ role: 'assistant', content: [text, own] }]);
  });

  it('read as texts', () => {
    expect(piecesFrom(talk).map(textOf)).toEqual([
      'Be brief.',
      'Look: [image/png]',
      'Hm.',
      'Look: ',
      'look({"at":1})',
      'look({"at":1})',
      '[provider-part]',
      'seen [image/png]',
      'nothing',
    ]);
    const bare: readonly ContentPart[] = [
      { type: 'reasoning', encrypted: 'x' },
      { type: 'file', fileId: 'f' },
    ];
    expect(textOf({ parts: bare })).toBe('[file]');
  });
});

describe('an answer', () => {
  it('goes back as what a provider can be told', () => {
    const content: readonly AnswerPart[] = [
      { type: 'refusal', text: 'No.' },
      { type: 'audio', data: '', transcript: 'Well' },
      { type: 'audio', data: 'AAAA', transcript: '' },
      { type: 'citation', url: 'https://example.org' },
      { type: 'server-tool', callId: 's', name: 'search' },
      { type: 'provider-event', name: 'tool-call-incomplete', data: {} },
      call,
    ];
    expect(messageFromAnswer(content)).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: 'No.' }, { type: 'text', text: 'Well' }, call],
    });
  });

  it.each<[string, readonly AnswerPart[]]>([
    ['nothing', []],
    ['a thought and no more', [thought]],
  ])('of %s is no message', (_what, content) => {
    expect(messageFromAnswer(content)).toBeUndefined();
  });
});
