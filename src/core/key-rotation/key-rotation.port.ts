/** How many rows of one table a key wraps. */
export interface KeyUse {
  readonly table: string;
  readonly rows: number;
}

/** One key, as this process and the database know it. */
export interface KeyStatus {
  readonly keyId: string;
  /** New secrets of this process are sealed with it. */
  readonly isPrimary: boolean;
  /** This process can open what it wraps. */
  readonly isHeld: boolean;
  /** Nothing can be sealed with it any more; it may be taken out of every configuration. */
  readonly isRetired: boolean;
  /** In every table, also those that hold none. */
  readonly uses: readonly KeyUse[];
  /** The sum of `uses`. */
  readonly rows: number;
}

/** Another process that works on the same database and was heard of lately. */
export interface ReplicaKeys {
  readonly replicaId: string;
  readonly primaryId: string;
  readonly keyIds: readonly string[];
  readonly seenAt: Date;
}

export interface KeyRotationStatus {
  readonly primaryId: string;
  /** Held or used, the primary first, then by id. */
  readonly keys: readonly KeyStatus[];
  /** Rows under another key than the primary. */
  readonly remaining: number;
  /** Running processes, this one left out. */
  readonly replicas: readonly ReplicaKeys[];
}

/** Told after each batch. */
export interface RotationProgress {
  /** Rows that this call has moved to the primary so far. */
  readonly done: number;
  /** Rows that were to be moved when it began. Rows that other processes change meanwhile may make it a little wrong. */
  readonly total: number;
}

export interface RotationOptions {
  readonly onProgress?: (progress: RotationProgress) => void;
  /** Ends the sweep between two batches; what is done stays done. */
  readonly signal?: AbortSignal;
}

/** A row that could not be moved: its key is not held, or it is damaged. Its secret has to be given again, or the row deleted. */
export interface UnreadableRow {
  readonly table: string;
  readonly id: string;
  readonly keyId: string;
}

export interface RotationOutcome {
  readonly primaryId: string;
  /** Rows that this call has moved. */
  readonly rewrapped: number;
  /** Rows under another key after the last batch; 0 where all is done; more than `unreadable` where another process still seals with another key. */
  readonly remaining: number;
  /** The first hundred of them. */
  readonly unreadable: readonly UnreadableRow[];
}

/** Moves sealed secrets from key to key while Maestro serves. Secrets stay sealed: only the data key of each is wrapped anew. */
export interface KeyRotation {
  /** Reads only. @throws MaestroError `database.*`, `migration.pending` */
  status(): Promise<KeyRotationStatus>;
  /**
   * Wraps every row with the primary key. May be killed at any moment and called again, and by several processes at a time;
   * rows that change meanwhile are looked at again.
   *
   * @throws MaestroError `encryption.key-not-shared` where a running replica does not hold the primary, `request.cancelled`,
   *   `database.*`, `migration.pending`
   */
  rotate(options?: RotationOptions): Promise<RotationOutcome>;
  /**
   * From here on nothing can be sealed with the key. The key itself is the operator's to destroy, which is safe then.
   * Idempotent.
   *
   * @throws MaestroError `encryption.key-in-use` where it is a primary, here or in a running replica, or a row is sealed with it;
   *   `request.invalid` where the database has never seen it; `database.*`, `migration.pending`
   */
  retire(keyId: string): Promise<void>;
}

export const KeyRotation = Symbol.for('maestro/key-rotation');
