import { onAbortOf } from './on-abort-of.js';

describe('the abort of one of several signals', () => {
  it('is told with its reason', () => {
    const told: unknown[] = [];
    const [one, other] = [new AbortController(), new AbortController()];
    onAbortOf([one.signal, undefined, other.signal], (reason) => told.push(reason));
    other.abort('first');
    one.abort('second');
    expect(told).toEqual(['first', 'second']);
  });

  it('is told at once where it was before', () => {
    const told: unknown[] = [];
    onAbortOf([AbortSignal.abort('before')], (reason) => told.push(reason));
    expect(told).toEqual(['before']);
  });

  it('is not told to who was let go', () => {
    const told: unknown[] = [];
    const one = new AbortController();
    onAbortOf([one.signal], (reason) => told.push(reason))();
    one.abort();
    expect(told).toEqual([]);
  });
});
