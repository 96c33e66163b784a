import type { ErrorCode } from '../../contracts/errors/catalogue.js';
import type { ProviderId } from '../../contracts/provider-id.js';

/** How an attempt to refresh a session ended. */
export interface RefreshEnd {
  readonly provider: ProviderId;
  /**
   * `refreshed`: new tokens are stored. `lost`: another replica has the session now. `again`: another call follows at once.
   * `postponed`: nothing was sent yet, with intent. Else why it failed.
   */
  readonly outcome: 'refreshed' | 'lost' | 'again' | 'postponed' | ErrorCode;
  readonly milliseconds: number;
}

/** Is told of every attempt. It must be quick, and must not throw. */
export type RefreshObserver = (end: RefreshEnd) => void;

/** A list of `RefreshObserver`. */
export const refreshObservers = Symbol.for('maestro/refresh-observers');
