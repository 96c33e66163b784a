import type { Sink } from '../contracts/flowing.js';
import { batchesFrom, flowFrom } from './flow.js';

/** Takes so many pieces before it is full each time. */
function aSink<Piece>(room = Number.POSITIVE_INFINITY) {
  const taken: Piece[] = [];
  let left = room;
  let isOver: ((failure: unknown) => void) | undefined;
  const over = new Promise<unknown>((resolve) => (isOver = resolve));
  const sink: Sink<Piece> = {
    take(piece) {
      taken.push(piece);
      left -= 1;
      return left > 0;
    },
    end: (failure) => isOver?.(failure?.error),
  };
  return {
    sink,
    taken,
    over,
    refill: () => {
      left = room;
    },
  };
}

async function* numbers(upTo: number, failure?: Error): AsyncGenerator<number> {
  for (let number = 1; number <= upTo; number += 1) yield number;
  if (failure !== undefined) throw failure;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a source that can only be pulled', () => {
  it('flows piece by piece to its end', async () => {
    const { sink, taken, over } = aSink<number>();
    flowFrom(numbers(3), sink);
    expect(await over).toBeUndefined();
    expect(taken).toEqual([1, 2, 3]);
  });

  it('flows as lists of one where lists are taken', async () => {
    const { sink, taken, over } = aSink<readonly number[]>();
    batchesFrom(numbers(2), sink);
    await over;
    expect(taken).toEqual([[1], [2]]);
  });

  it('goes on where reading it had begun', async () => {
    const source = numbers(3);
    const { sink, taken, over } = aSink<number>();
    await source.next();
    flowFrom(source, sink, source);
    await over;
    expect(taken).toEqual([2, 3]);
  });

  it('tells how it broke off, after what came before', async () => {
    const failure = new Error('broken');
    const { sink, taken, over } = aSink<number>();
    flowFrom(numbers(1, failure), sink);
    expect(await over).toBe(failure);
    expect(taken).toEqual([1]);
  });

  it('waits for room, also where there is room again before the reading stopped', async () => {
    const { sink, taken, over, refill } = aSink<number>(2);
    const flow = flowFrom(numbers(5), sink);
    await turn();
    expect(taken).toEqual([1, 2]);
    refill();
    flow.resume();
    flow.resume();
    await turn();
    expect(taken).toEqual([1, 2, 3, 4]);
    refill();
    flow.resume();
    await over;
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  it('is left when its reader leaves, which is told nothing more', async () => {
    let leave: (() => void) | undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    async function* endless(): AsyncGenerator<number> {
      try {
        for (;;) {
          yield 1;
          await turn();
        }
      } finally {
        leave?.();
      }
    }
    const { sink, taken } = aSink<number>();
    const flow = flowFrom(endless(), sink);
    await turn();
    flow.stop();
    const { length } = taken;
    await left;
    expect(taken).toHaveLength(length);
  });
});

describe('a source that flows', () => {
  it('is not pulled', () => {
    const told: string[] = [];
    const source = {
      flow: (sink: Sink<string>) => {
        sink.take('a');
        sink.end();
        return { resume: () => undefined, stop: () => undefined };
      },
      [Symbol.asyncIterator]: () => {
        throw new Error('pulled');
      },
    };
    flowFrom(source, { take: (piece) => told.push(piece) > 0, end: () => told.push('end') });
    expect(told).toEqual(['a', 'end']);
  });
});
