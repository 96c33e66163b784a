import { Inject, Injectable, Optional } from '@nestjs/common';

import type { CallerRecord } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import { ChangeFeed } from '../changes/change-feed.port.js';
import { TrustedCache } from '../changes/trusted-cache.js';
import { CallerStore } from './caller-store.port.js';

const mostKept = 10_000;

/** Callers who are asking now. */
@Injectable()
export class HotCallers {
  private readonly kept: TrustedCache<CallerRecord>;

  constructor(
    @Inject(CallerStore) private readonly store: CallerStore,
    @Inject(Clock) clock: Clock,
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
}
