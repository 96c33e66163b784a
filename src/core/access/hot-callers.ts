import { Inject, Injectable, Optional } from '@nestjs/common';

import type { CallerRecord } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import { ChangeFeed } from '../changes/change-feed.port.js';
import { TrustedCache } from '../changes/trusted-cache.js';
import { CallerStore } from './caller-store.port.js';

const mostKept = 10_000;

/** Milliseconds for which the list of all callers is good: so long somebody new may be taken for a stranger. */
const listedMs = 1_000;

/** Callers who are asking now. */
@Injectable()
export class HotCallers {
  private readonly kept: TrustedCache<CallerRecord>;
  private listed: { readonly ids: Promise<ReadonlySet<string>>; readonly at: number } | undefined;

  constructor(
    @Inject(CallerStore) private readonly store: CallerStore,
    @Inject(Clock) private readonly clock: Clock,
    @Optional() @Inject(ChangeFeed) feed?: ChangeFeed,
  ) {
    this.kept = new TrustedCache(clock, feed, mostKept);
    feed?.onChange((change) => {
      if (change === undefined) this.kept.clear();
      else if (change.of === 'caller') this.kept.drop(change.id);
    });
  }

  /** The same object for as long as nothing about it changed. @throws MaestroError `database.unavailable` */
  async find(id: string): Promise<CallerRecord | undefined> {
    return (await this.kept.get(id, () => this.store.find(id)))?.value;
  }

  /** Whether there is such a caller, for a flood of strangers: one question a second, however many they are. */
  async mayBe(id: string): Promise<boolean> {
    if (this.store.ids === undefined) return true;
    const now = this.clock.monotonic();
    if (this.listed === undefined || now - this.listed.at > listedMs) {
      this.listed = { at: now, ids: this.store.ids().then((ids) => new Set(ids)) };
    }
    // What cannot be listed is looked for one by one, as ever.
    return this.listed.ids.then(
      (ids) => ids.has(id),
      () => true,
    );
  }
}
