import { AdminKey } from '../../src/core/access/admin-key.js';
import { CallerKeys } from '../../src/core/access/caller-keys.js';
import { CallerMeter } from '../../src/core/access/caller-meter.js';
import type { CallerStore } from '../../src/core/access/caller-store.port.js';
import { HotCallers } from '../../src/core/access/hot-callers.js';
import { Callers } from '../../src/core/access/callers.js';
import { Secret } from '../../src/contracts/secret.js';
import type { Clock } from '../../src/contracts/clock.js';
import type { SecretBox } from '../../src/core/sessions/secret-box.port.js';
import { HotSessions } from '../../src/core/sessions/hot-sessions.js';
import { SessionFinder } from '../../src/core/sessions/session-finder.js';
import type { SessionStore } from '../../src/core/sessions/session-store.port.js';
import { StillClock } from './still-clock.js';

export const operatorsKey = 'mk_of_the_operator_0123456789abcdef';
export const adminKey = new AdminKey(Secret.of(operatorsKey));

/** What one process makes of callers, over stores that may be shared. */
export function callersOver(stores: {
  readonly callers: CallerStore;
  readonly sessions: SessionStore;
  readonly box: SecretBox;
  readonly clock?: Clock;
}): { readonly callers: Callers; readonly keys: CallerKeys; readonly meter: CallerMeter } {
  const { clock = new StillClock() } = stores;
  const meter = new CallerMeter(clock);
  const keys = new CallerKeys(stores.callers, new HotCallers(stores.callers, clock), stores.box, meter, clock);
  return {
    callers: new Callers(stores.callers, keys, new SessionFinder(stores.sessions, new HotSessions(stores.sessions, clock)), clock),
    keys,
    meter,
  };
}
