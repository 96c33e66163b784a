import type { INestApplicationContext } from '@nestjs/common';

import { ChangeFeed } from '../../src/core/changes/change-feed.port.js';
import { until } from './until.js';

/** Waits until a process has heard of what somebody else wrote in its database by now. */
export async function toldOfChanges({ application }: { readonly application: Pick<INestApplicationContext, 'get'> }): Promise<void> {
  const feed = application.get<ChangeFeed>(ChangeFeed, { strict: false });
  const now = performance.now();
  await until(() => feed.sureAt() >= now);
}
