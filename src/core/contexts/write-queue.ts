/** Work under keys: of one key in the order in which it came, of different keys side by side. */
export class WriteQueue {
  private readonly last = new Map<string, Promise<void>>();

  /** @param work never rejects */
  add(key: string, work: () => Promise<void>): void {
    const done = this.settled(key).then(work);
    this.last.set(key, done);
    void done.then(() => {
      if (this.last.get(key) === done) this.last.delete(key);
    });
  }

  /** Whatever was added under the key until now is done. */
  settled(key: string): Promise<void> {
    return this.last.get(key) ?? Promise.resolve();
  }

  async allSettled(): Promise<void> {
    await Promise.all(this.last.values());
  }
}
