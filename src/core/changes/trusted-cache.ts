import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Clock } from '../../contracts/clock.js';
import type { ChangeFeed } from './change-feed.port.js';

/** Milliseconds that a change may go unnoticed: so long is trusted what nobody vouches for. */
const unvouchedMs = 1_000;
/** Milliseconds that anything is trusted at all, and that it stands in while the database is away. */
const longestMs = 30_000;

interface Entry<Value> {
  readonly value: Value;
  /** When reading it began. */
  readonly readAt: number;
}

export interface Trusted<Value> {
  readonly value: Value;
  /** Milliseconds since it was read, or up to as much more as reading took. */
  readonly age: number;
}

/**
 * Keeps what a store said for as long as it is sure to be so: a second without news, longer while the feed vouches that there
 * are none. Without a feed it keeps nothing. What is not there is never kept.
 */
export class TrustedCache<Value extends object> {
  private readonly entries = new Map<string, Entry<Value>>();
  private readonly reads = new Map<string, Promise<Entry<Value> | undefined>>();
  private sweeper: NodeJS.Timeout | undefined;
  /** Grows with every change: what was being read meanwhile is used once and not kept. */
  private changes = 0;

  /** @param most entries; the oldest go first */
  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly feed: ChangeFeed | undefined,
    private readonly most: number,
  ) {}

  /** @throws what `read` throws; while the database is away what was known stands in */
  async get(key: string, read: () => Promise<Value | undefined>): Promise<Trusted<Value> | undefined> {
    const known = this.entries.get(key);
    if (known !== undefined && this.isSure(known)) return this.trusted(known);
    try {
      const found = await (this.reads.get(key) ?? this.reading(key, read));
      return found && this.trusted(found);
    } catch (error) {
      // What changed since would have been dropped: asked anew, since the wait for the database was long.
      const standIn = this.entries.get(key);
      if (standIn === undefined || !isAway(error) || !this.mayStandIn(standIn)) throw error;
      return this.trusted(standIn);
    }
  }

  drop(key: string): void {
    this.changes += 1;
    this.entries.delete(key);
    this.reads.delete(key);
  }

  dropWhere(isMeant: (value: Value) => boolean): void {
    this.changes += 1;
    for (const [key, { value }] of this.entries) if (isMeant(value)) this.entries.delete(key);
  }

  clear(): void {
    this.changes += 1;
    this.entries.clear();
    this.reads.clear();
  }

  private reading(key: string, read: () => Promise<Value | undefined>): Promise<Entry<Value> | undefined> {
    const readAt = this.clock.monotonic();
    const { changes } = this;
    const reading = read()
      .then((value) => {
        if (value === undefined) {
          this.entries.delete(key);
          return undefined;
        }
        const entry = { value, readAt };
        if (this.feed !== undefined && this.changes === changes) this.keep(key, entry);
        return entry;
      })
      .finally(() => {
        if (this.reads.get(key) === reading) this.reads.delete(key);
      });
    if (this.feed !== undefined) this.reads.set(key, reading);
    return reading;
  }

  private keep(key: string, entry: Entry<Value>): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.most && oldest !== undefined) this.entries.delete(oldest);
    this.sweeper ??= setTimeout(() => {
      this.sweep();
    }, 2 * longestMs).unref();
  }

  /** What nobody asks for any more does not stay in memory: opened secrets hang on it. */
  private sweep(): void {
    const now = this.clock.monotonic();
    for (const [key, entry] of this.entries)
      if (now - this.knownAt(entry.readAt) > longestMs || now - entry.readAt > 2 * longestMs) this.entries.delete(key);
    this.sweeper = undefined;
    if (this.entries.size > 0)
      this.sweeper = setTimeout(() => {
        this.sweep();
      }, 2 * longestMs).unref();
  }

  private isSure({ readAt }: Entry<Value>): boolean {
    const now = this.clock.monotonic();
    return now - readAt <= longestMs && now - this.knownAt(readAt) <= unvouchedMs;
  }

  private mayStandIn({ readAt }: Entry<Value>): boolean {
    return this.clock.monotonic() - this.knownAt(readAt) <= longestMs;
  }

  /** Until when nothing about it had changed. */
  private knownAt(readAt: number): number {
    return Math.max(readAt, this.feed?.sureAt() ?? readAt);
  }

  private trusted({ value, readAt }: Entry<Value>): Trusted<Value> {
    return { value, age: this.clock.monotonic() - readAt };
  }
}

function isAway(error: unknown): boolean {
  return MaestroError.is(error) && error.code === 'database.unavailable';
}
