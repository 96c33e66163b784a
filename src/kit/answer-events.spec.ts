import type { ChatAnswer } from '../contracts/stream-event.js';
import { collectAnswer } from '../core/chat/collect-answer.js';
import { eventsOfAnswer } from './answer-events.js';

const answer: ChatAnswer = {
  streamId: 's',
  id: 'a',
  model: 'm',
  role: 'assistant',
  content: [
    { type: 'reasoning', text: 'Hm', signature: 'sig' },
    { type: 'text', text: 'Hi' },
    { type: 'citation', url: 'https://a.example' },
    { type: 'refusal', text: 'no' },
    { type: 'tool-call', callId: 'c', name: 'f', arguments: { x: 1 }, providerData: { y: 2 } },
    { type: 'tool-call', callId: 'd', name: 'g', arguments: {} },
    { type: 'image', mediaType: 'image/png', data: 'AAAA' },
    { type: 'file', mediaType: 'text/plain', url: 'https://f.example' },
    { type: 'audio', data: 'AAAA', transcript: 'la' },
    { type: 'server-tool', callId: 'w', name: 'search', data: { q: 1 }, result: { r: 2 } },
    { type: 'server-tool', callId: 'v', name: 'search' },
    { type: 'provider-event', name: 'odd', data: null },
  ],
  reason: 'tool-calls',
  providerReason: 'tool_use',
  usage: { input: 1, output: 2 },
};

describe('the events of a whole answer', () => {
  it('collect to the same answer', () => {
    expect(collectAnswer('s', eventsOfAnswer(answer))).toEqual(answer);
    const { id: _id, providerReason: _reason, usage: _usage, ...least } = { ...answer, content: [] };
    expect(collectAnswer('s', eventsOfAnswer(least))).toEqual(least);
  });

  it('give a citation to the text before it, and nothing for what belongs into requests', () => {
    expect(eventsOfAnswer(answer)).toContainEqual({ type: 'citation', part: 1, url: 'https://a.example' });
    const content: ChatAnswer['content'] = [
      { type: 'tool-result', callId: 'c', result: 'x' },
      { type: 'provider-part', provider: 'p', data: {} },
    ];
    expect(eventsOfAnswer({ ...answer, content }).map(({ type }) => type)).toEqual(['message-start', 'usage', 'message-end']);
  });
});
