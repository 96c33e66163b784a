/** Which way a migration goes: `up` as far as it goes, `down` one step. */
export type MigrationDirection = 'up' | 'down';

export interface MigrationStep {
  /** As in the migrations table; stays for ever. */
  readonly name: string;
  readonly isApplied: boolean;
}

export interface MigrationStatus {
  /** The chain of this version, in order. */
  readonly steps: readonly MigrationStep[];
  /** Steps that a newer Maestro has applied; this version must not serve such a database. */
  readonly unknownSteps: readonly string[];
  /** Rows that a `down` put aside, and that the next `up` brings back. */
  readonly parkedRows: number;
}

/** One kind of thing that was found in the rows before any of them was touched. */
export interface MigrationFinding {
  /** A word for programs, such as `duplicate-pair`. */
  readonly code: string;
  readonly rows: number;
  /** One line for people: what it is, and what happens to it or what to do. Never a secret. */
  readonly text: string;
  /** Ids of the first few rows, where rows have one yet. */
  readonly examples: readonly string[];
}

/** What a run would do now. Making it reads only. */
export interface MigrationPlan {
  readonly direction: MigrationDirection;
  /** In the order in which they would run; empty where there is nothing to do. */
  readonly steps: readonly string[];
  /** All rows of `saved_authentications`. */
  readonly rows: number;
  /** Rows that would get a name. */
  readonly toName: number;
  /** Rows whose credentials lie in clear and would be sealed. */
  readonly toSeal: number;
  /** Rows that would be put aside, down only. */
  readonly toPark: number;
  /** Parked rows that would come back, up only. */
  readonly toRestore: number;
  /** What is unusual and taken care of. */
  readonly notes: readonly MigrationFinding[];
  /** What somebody has to decide first: with one of these a run is refused before the first row. */
  readonly problems: readonly MigrationFinding[];
}

/** Told between batches. */
export interface MigrationProgress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

export interface MigrationOptions {
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Ends the wait for another process's migration; a step that has begun is finished. */
  readonly signal?: AbortSignal;
}

export interface DownOptions extends MigrationOptions {
  /** Consent to put rows aside that the step below has no room for. */
  readonly park?: boolean;
}

export interface MigrationOutcome {
  /** The steps that this call ran; empty where another process was first or nothing was to do. */
  readonly steps: readonly string[];
}

/** The database's schema and what it does to the rows. One process at a time; the others wait and find it done. */
export interface Migrations {
  status(): Promise<MigrationStatus>;
  /** @param direction default `up` */
  plan(direction?: MigrationDirection): Promise<MigrationPlan>;
  /**
   * All steps that are not applied yet. May be killed at any moment and run again.
   *
   * @throws MaestroError `migration.refused` with every problem of the plan, `encryption.key-unknown`, `encryption.key-mismatch`, `database.*`
   */
  up(options?: MigrationOptions): Promise<MigrationOutcome>;
  /**
   * One step. No row is lost and no secret is opened.
   *
   * @throws MaestroError `migration.refused` where rows would be parked without `park`, and as `up` does
   */
  down(options?: DownOptions): Promise<MigrationOutcome>;
}

export const Migrations = Symbol.for('maestro/migrations');
