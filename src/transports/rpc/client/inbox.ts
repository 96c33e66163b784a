/** What arrived and was not taken yet. Its bound is the sender's window. */
export class Inbox<T> {
  readonly #items: T[] = [];
  #ending: { readonly failure?: unknown } | undefined;
  #wake: (() => void) | undefined;

  put(item: T): void {
    if (this.#ending !== undefined) return;
    this.#items.push(item);
    this.#awaken();
  }

  /** No more comes; what is there can still be taken. */
  end(): void {
    this.#ending ??= {};
    this.#awaken();
  }

  /** The next that is asked for fails, once what is there was taken. */
  fail(failure: unknown): void {
    this.#ending ??= { failure };
    this.#awaken();
  }

  /** As `fail`, and what is there is of no interest any more. */
  abandon(failure: unknown): void {
    this.#items.length = 0;
    this.#ending = { failure };
    this.#awaken();
  }

  /** `undefined` when no more comes. For one taker at a time. */
  async next(): Promise<T | undefined> {
    while (this.#items.length === 0) {
      if (this.#ending !== undefined) {
        if ('failure' in this.#ending) throw this.#ending.failure;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#items.shift();
  }

  #awaken(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
