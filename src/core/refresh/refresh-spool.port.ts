import type { ProviderId } from '../../contracts/provider-id.js';
import type { RefreshCommit } from './refresh-store.port.js';

/** A result that the database could not take: as it will be stored, the tokens sealed for their row. */
export interface SpooledResult extends Omit<RefreshCommit, 'statuses'> {
  readonly provider: ProviderId;
}

/** Where results survive this process while the database is away. */
export interface RefreshSpool {
  /** Holds when it resolves, also against a loss of power. Rejects where there is no room. */
  write(result: SpooledResult): Promise<void>;
  /** All that can be read. */
  list(): Promise<readonly SpooledResult[]>;
  remove(attemptId: string): Promise<void>;
}

export const RefreshSpool = Symbol.for('maestro/refresh-spool');
