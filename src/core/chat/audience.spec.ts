import type { StreamEvent } from '../../contracts/stream-event.js';
import { Audience } from './audience.js';
import type { StreamObserver } from './stream-observer.port.js';

const answer: readonly StreamEvent[] = [
  { type: 'message-start', model: 'm' },
  { type: 'provider-event', name: 'ping', data: null },
  { type: 'text-delta', part: 0, text: 'a' },
  { type: 'usage', input: 1 },
  { type: 'text-delta', part: 0, text: 'b' },
  { type: 'message-end', reason: 'stop' },
];

function told(observerOf: (note: (event: StreamEvent) => void) => StreamObserver): { readonly seen: string[]; readonly seesAll: boolean } {
  const seen: string[] = [];
  const audience = new Audience([observerOf(({ type }) => seen.push(type))], () => undefined);
  for (const event of answer) audience.tell(event);
  return { seen, seesAll: audience.seesAll };
}

describe('who observes an answer', () => {
  it('sees every event, where that is asked for', () => {
    expect(told((note) => ({ event: note }))).toEqual({ seen: answer.map(({ type }) => type), seesAll: true });
  });

  it('sees its milestones, and the first piece of content among them', () => {
    const seen = ['message-start', 'text-delta', 'usage', 'message-end'];
    expect(told((note) => ({ milestone: note }))).toEqual({ seen, seesAll: false });
  });

  it('is told the rest where another one fails', () => {
    const faults: unknown[] = [];
    const seen: string[] = [];
    const fault = new Error('observer');
    const failing = {
      milestone: () => {
        throw fault;
      },
    };
    const audience = new Audience([failing, { milestone: ({ type }) => seen.push(type), end: ({ kind }) => seen.push(kind) }], (error) =>
      faults.push(error),
    );
    audience.tell({ type: 'message-end', reason: 'stop' });
    audience.end({ kind: 'finished' });
    expect([seen, faults]).toEqual([['message-end', 'finished'], [fault]]);
  });
});
