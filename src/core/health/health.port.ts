import type { CallOptions } from '../../contracts/provider-client.js';

/** One thing that Maestro cannot serve without. */
export interface HealthProbe {
  /** A word or two, shown in the report: `database`. */
  readonly name: string;
  /** Rejects with what is wrong; a `MaestroError`'s message is shown, of any other error only that it failed. */
  check(options: CallOptions): Promise<void>;
  /** What is worth knowing of it besides, for anybody to read. */
  facts?(): HealthFacts;
}

export type HealthFacts = Readonly<Record<string, string | number | boolean>>;

export interface HealthCheck {
  readonly status: 'up' | 'down';
  readonly reason?: string;
  readonly facts?: HealthFacts;
}

export interface HealthReport {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, HealthCheck>>;
}

/** Whether this process can serve. */
export interface Health {
  /** Asks every probe, at the same time, each for two seconds at most; never rejects. */
  ready(): Promise<HealthReport>;
}

export const Health = Symbol.for('maestro/health');
