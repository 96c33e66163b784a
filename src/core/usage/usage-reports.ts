import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import type { UsageQuery, UsageReport } from '../../contracts/usage.js';
import { localCaller } from '../access/local-caller.js';
import { mayUse, requireScope } from '../access/may-use.js';
import { cursorFrom, usageFilterFrom } from './usage-query.js';
import { UsageStore } from './usage-store.port.js';

/**
 * Who used how much of what. Injected, it acts for the application itself; `for` gives the same for a caller: with scope
 * `usage:read` for what it used itself, with scope `admin` for everything.
 */
@Injectable()
export class UsageReports {
  private caller: Caller = localCaller;

  constructor(
    @Inject(UsageStore) private readonly store: UsageStore,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  for(caller: Caller): UsageReports {
    const acting = new UsageReports(this.store, this.clock);
    acting.caller = caller;
    return acting;
  }

  /**
   * By the hour of UTC; what was used in the last seconds may not be in it yet.
   *
   * @throws MaestroError `request.invalid`, `caller.scope-missing`
   */
  async list(query: UsageQuery = {}): Promise<UsageReport> {
    const isOfAll = mayUse(this.caller, 'admin');
    if (!isOfAll) requireScope(this.caller, 'usage:read');
    const { caller, ...filter } = usageFilterFrom(query, this.clock.now());
    const { id, name } = this.caller;
    if (!isOfAll && caller !== undefined && caller !== id && caller !== name) requireScope(this.caller, 'admin');
    const { from, to, limit } = filter;
    const whose = isOfAll ? caller !== undefined && { caller } : { callerId: id };
    // One more, to know whether there are more.
    const groups = await this.store.report({ ...filter, ...whose, limit: limit + 1 });
    const page = groups.slice(0, limit);
    const last = page.at(-1);
    const data = page.map(({ group }) => group);
    return { from, to, data, ...(groups.length > limit && last !== undefined && { nextCursor: cursorFrom(last.key) }) };
  }
}
