import { Inject, Injectable, Optional } from '@nestjs/common';

import type { AuthType } from '../../contracts/auth-type.js';
import { Clock } from '../../contracts/clock.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SessionId, SessionRecord } from '../../contracts/session.js';
import type { SessionName } from '../../contracts/session-name.js';
import type { SessionChanged } from '../changes/change-feed.port.js';
import { ChangeFeed } from '../changes/change-feed.port.js';
import type { Trusted } from '../changes/trusted-cache.js';
import { TrustedCache } from '../changes/trusted-cache.js';
import { SessionStore } from './session-store.port.js';

const mostKept = 10_000;

type Found = Trusted<readonly SessionRecord[]>;

const nothing: Found = { value: [], age: 0 };

/** Sessions that are serving now, for requests that only use them. Who changes or shows one asks the store. */
@Injectable()
export class HotSessions {
  private readonly kept: TrustedCache<readonly SessionRecord[]>;

  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(Clock) clock: Clock,
    @Optional() @Inject(ChangeFeed) feed?: ChangeFeed,
  ) {
    this.kept = new TrustedCache(clock, feed, mostKept);
    feed?.onChange((change) => {
      if (change === undefined) this.kept.clear();
      else if (change.of === 'session') this.drop(change);
    });
  }

  /** The same objects for as long as nothing about them changed. @throws MaestroError `database.unavailable` */
  async byName(provider: ProviderId, name: SessionName, authType?: AuthType): Promise<Found> {
    const found = await this.kept.get(nameKey(provider, name), async () => someOf(await this.store.findByName(provider, name)));
    if (found === undefined || authType === undefined) return found ?? nothing;
    return { ...found, value: found.value.filter((record) => record.authType === authType) };
  }

  async byId(id: SessionId): Promise<Found> {
    const read = async (): Promise<readonly SessionRecord[] | undefined> => {
      const record = await this.store.findById(id);
      return record && [record];
    };
    return (await this.kept.get(id, read)) ?? nothing;
  }

  /** By its id and by the name it has now; by the name that it had, it is found in what is kept. */
  private drop({ id, named }: SessionChanged): void {
    this.kept.drop(id);
    if (named !== undefined) this.kept.drop(nameKey(named.provider, named.name));
    this.kept.dropWhere((records) => records.some((record) => record.id === id));
  }
}

function nameKey(provider: string, name: string): string {
  return `${provider}/${name}`;
}

function someOf(records: readonly SessionRecord[]): readonly SessionRecord[] | undefined {
  return records.length === 0 ? undefined : records;
}
