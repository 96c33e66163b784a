/** How often each of some things may begin: one after the other, evenly, without a burst after a rest. */
export class CallRate<Key> {
  readonly #next = new Map<Key, number>();
  readonly #interval: number;

  /** @param now Milliseconds that only grow. */
  constructor(
    perSecond: number,
    private readonly now: () => number,
  ) {
    this.#interval = 1_000 / perSecond;
  }

  /** Everything that ever began. */
  get keys(): readonly Key[] {
    return [...this.#next.keys()];
  }

  take(key: Key): void {
    this.#next.set(key, Math.max(this.#next.get(key) ?? 0, this.now()) + this.#interval);
  }

  /** Milliseconds until one more may begin; 0: now. */
  waitOf(key: Key): number {
    return Math.max(0, (this.#next.get(key) ?? 0) - this.now());
  }
}
