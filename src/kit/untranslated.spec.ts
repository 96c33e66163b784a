import type { StreamEvent } from '../contracts/stream-event.js';
import { withUntranslated } from './untranslated.js';

const start: StreamEvent = { type: 'message-start', model: 'm' };
const end: StreamEvent = { type: 'message-end', reason: 'stop' };

async function* streamOf(events: readonly StreamEvent[], onLeave = (): void => undefined): AsyncGenerator<StreamEvent> {
  try {
    yield* events;
  } finally {
    onLeave();
  }
}

async function read(events: readonly StreamEvent[], names: readonly string[]): Promise<readonly StreamEvent[]> {
  const read: StreamEvent[] = [];
  for await (const event of withUntranslated(streamOf(events), names)) read.push(event);
  return read;
}

describe('what a wire could not say', () => {
  it('is told in the first event, and nowhere else', async () => {
    await expect(read([start, start, end], ['options.seed'])).resolves.toEqual([{ ...start, untranslated: ['options.seed'] }, start, end]);
    await expect(read([end], ['options.seed'])).resolves.toEqual([end]);
    await expect(read([], ['options.seed'])).resolves.toEqual([]);
  });

  it('leaves a stream alone where there is nothing', () => {
    const stream = streamOf([start]);
    expect(withUntranslated(stream, [])).toBe(stream);
  });

  it('ends the request of a reader who leaves', async () => {
    let isLeft = false;
    const stream = streamOf([start, end], () => {
      isLeft = true;
    });
    for await (const _event of withUntranslated(stream, ['options.seed'])) break;
    expect(isLeft).toBe(true);
    const bare = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: false as const, value: start }) }) };
    for await (const event of withUntranslated(bare, ['x'])) {
      expect(event).toMatchObject({ untranslated: ['x'] });
      break;
    }
  });
});
