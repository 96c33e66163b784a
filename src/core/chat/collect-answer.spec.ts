import type { StreamEvent } from '../../contracts/stream-event.js';
import { collectAnswer } from './collect-answer.js';

const start: StreamEvent = { type: 'message-start', id: 'a1', model: 'm' };
const end: StreamEvent = { type: 'message-end', reason: 'stop', providerReason: 'end_turn', usage: { input: 3, output: 2 } };

function contentOf(...events: readonly StreamEvent[]) {
  return collectAnswer('s1', [start, ...events, end]).content;
}

describe('a collected answer', () => {
  it('says who answered, why it ended and what it cost', () => {
    expect(collectAnswer('s1', [start, end])).toEqual({
      streamId: 's1',
      id: 'a1',
      model: 'm',
      role: 'assistant',
      content: [],
      reason: 'stop',
      providerReason: 'end_turn',
      usage: { input: 3, output: 2 },
    });
  });

  it('takes the last running usage where the end tells none', () => {
    const running: StreamEvent[] = [
      { type: 'usage', input: 1 },
      { type: 'usage', input: 1, output: 5 },
    ];
    expect(collectAnswer('s1', [start, ...running, { type: 'message-end', reason: 'length' }]).usage).toEqual({ input: 1, output: 5 });
    expect(collectAnswer('s1', [])).toEqual({ streamId: 's1', model: '', role: 'assistant', content: [], reason: 'other' });
  });

  it('joins the deltas of each part, also where parts interleave', () => {
    expect(
      contentOf(
        { type: 'text-delta', part: 0, text: 'Grü' },
        { type: 'text-delta', part: 1, text: 'o' },
        { type: 'text-delta', part: 0, text: 'ezi' },
        { type: 'refusal-delta', part: 2, text: 'I can' },
        { type: 'refusal-delta', part: 2, text: 'not' },
      ),
    ).toEqual([
      { type: 'text', text: 'Grüezi' },
      { type: 'text', text: 'o' },
      { type: 'refusal', text: 'I cannot' },
    ]);
  });

  it('keeps what goes with reasoning, and reasoning without text', () => {
    expect(
      contentOf(
        { type: 'reasoning-delta', part: 0, text: 'Let ' },
        { type: 'reasoning-delta', part: 0, text: 'me' },
        { type: 'reasoning-delta', part: 0, signature: 'sig', id: 'r1' },
        { type: 'reasoning-delta', part: 1, encrypted: 'xyz' },
      ),
    ).toEqual([
      { type: 'reasoning', text: 'Let me', signature: 'sig', id: 'r1' },
      { type: 'reasoning', encrypted: 'xyz' },
    ]);
  });

  it('parses the arguments of each call, however they were cut', () => {
    expect(
      contentOf(
        { type: 'tool-call-start', part: 0, callId: 'c1', name: 'get_weather' },
        { type: 'tool-call-start', part: 1, callId: 'c2', name: 'get_time' },
        { type: 'tool-call-delta', callId: 'c1', json: '{"city":"Zü' },
        { type: 'tool-call-delta', callId: 'c2', json: '' },
        { type: 'tool-call-delta', callId: 'c1', json: 'rich"}' },
        { type: 'tool-call-end', callId: 'c1', providerData: { item: 'i1' } },
        { type: 'tool-call-end', callId: 'c2' },
      ),
    ).toEqual([
      { type: 'tool-call', callId: 'c1', name: 'get_weather', arguments: { city: 'Zürich' }, providerData: { item: 'i1' } },
      { type: 'tool-call', callId: 'c2', name: 'get_time', arguments: {} },
    ]);
  });

  it.each([
    ['has no end', '{"city":"Z', false],
    ['is no JSON', '{"city"', true],
    ['is a list', '[1]', true],
    ['is null', 'null', true],
  ])('shows a call that %s as nothing that could be run', (_what, json, isEnded) => {
    const call: StreamEvent[] = [
      { type: 'tool-call-start', part: 0, callId: 'c1', name: 'get_weather' },
      { type: 'tool-call-delta', callId: 'c1', json },
      ...(isEnded ? ([{ type: 'tool-call-end', callId: 'c1' }] as const) : []),
    ];
    expect(contentOf(...call)).toEqual([
      { type: 'provider-event', name: 'tool-call-incomplete', data: { callId: 'c1', name: 'get_weather', json } },
    ]);
  });

  it('leaves out pieces of a call that never began', () => {
    expect(contentOf({ type: 'tool-call-delta', callId: 'c1', json: '{}' }, { type: 'tool-call-end', callId: 'c1' })).toEqual([]);
  });

  it('joins audio by its bytes, since each piece may be padded', () => {
    const [one, two] = [Buffer.from('a').toString('base64'), Buffer.from('bc').toString('base64')];
    expect(
      contentOf(
        { type: 'audio-delta', part: 0, data: one, transcript: 'Hel' },
        { type: 'audio-delta', part: 0, transcript: 'lo' },
        { type: 'audio-delta', part: 0, data: two },
      ),
    ).toEqual([{ type: 'audio', data: Buffer.from('abc').toString('base64'), transcript: 'Hello' }]);
  });

  it('keeps files, citations and what nobody knows, each where it came', () => {
    expect(
      contentOf(
        { type: 'text-delta', part: 0, text: 'see' },
        { type: 'citation', part: 0, url: 'https://example.com', title: 'T' },
        { type: 'citation', part: 0, url: 'https://example.org' },
        { type: 'file', part: 1, mediaType: 'image/png', data: 'AAAA' },
        { type: 'file', part: 2, mediaType: 'text/csv', url: 'https://example.com/x.csv' },
        { type: 'provider-event', name: 'novel', data: { a: 1 } },
        { type: 'provider-event', name: 'novel', data: { a: 2 } },
      ),
    ).toEqual([
      { type: 'text', text: 'see' },
      { type: 'citation', url: 'https://example.com', title: 'T' },
      { type: 'citation', url: 'https://example.org' },
      { type: 'image', mediaType: 'image/png', data: 'AAAA' },
      { type: 'file', mediaType: 'text/csv', url: 'https://example.com/x.csv' },
      { type: 'provider-event', name: 'novel', data: { a: 1 } },
      { type: 'provider-event', name: 'novel', data: { a: 2 } },
    ]);
  });

  it('puts what a server tool was asked and what it found into one part', () => {
    expect(
      contentOf(
        { type: 'server-tool', callId: 't1', name: 'search', phase: 'start' },
        { type: 'server-tool', callId: 't1', name: 'search', phase: 'delta', data: '{"q":' },
        { type: 'server-tool', callId: 't1', name: 'search', phase: 'delta', data: '"x"}' },
        { type: 'server-tool', callId: 't1', name: 'search', phase: 'result', data: [{ url: 'u' }] },
        { type: 'server-tool', callId: 't2', name: 'code', phase: 'start', data: { code: '1' } },
        { type: 'server-tool', callId: 't2', name: 'code', phase: 'delta', data: { code: '1+1' } },
      ),
    ).toEqual([
      { type: 'server-tool', callId: 't1', name: 'search', data: '{"q":"x"}', result: [{ url: 'u' }] },
      { type: 'server-tool', callId: 't2', name: 'code', data: { code: '1+1' } },
    ]);
  });
});
