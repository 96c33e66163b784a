import { setTimeout as pausing } from 'node:timers/promises';

import { Client } from 'pg';

/** The same numbers from the same seed (mulberry32), from 0 to 1. */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Milliseconds at most. */
const longest = 8;

type Query = (this: Client, ...values: readonly unknown[]) => unknown;

/**
 * Before each statement and after each answer of PostgreSQL there is a pause of its own, often none: whatever may overtake does so
 * sooner or later. The seed repeats the pauses; what the machine does in between it does not. Gives what ends the delays.
 */
export function delayStatements(next: () => number): () => void {
  const prototype = Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  const pause = async (): Promise<void> => {
    const drawn = next();
    if (drawn > 0.4) await pausing(((drawn - 0.4) / 0.6) * longest);
  };
  prototype.query = function (...values) {
    const told: unknown = values.at(-1);
    const asked = async (rest: readonly unknown[]): Promise<unknown> => {
      await pause();
      return Reflect.apply(query, this, rest);
    };
    if (typeof told !== 'function') return asked(values).finally(pause);
    const later = (...answer: readonly unknown[]): void => {
      void pause().then(() => Reflect.apply(told, undefined, answer) as unknown);
    };
    void asked([...values.slice(0, -1), later]);
    return undefined;
  };
  return () => {
    prototype.query = query;
  };
}
