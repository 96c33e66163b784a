/** Told between batches. */
export interface ArchiveProgress {
  /** What is done to which table, such as `verify session_tombstones`. */
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

export interface ArchiveOptions {
  readonly onProgress?: (progress: ArchiveProgress) => void;
  /** Ends the work between two batches; a restore that was ended has written nothing. */
  readonly signal?: AbortSignal;
}

/**
 * Where a backup is written to. Whoever makes a file of it makes it readable for its owner only, never over another file, and
 * gives it its name when the backup is complete: half an archive is refused, but better never seen.
 */
export interface ArchiveSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** Where an archive is read from; opened from its beginning as often as asked (a restore reads it twice). */
export interface ArchiveSource {
  open(): AsyncIterable<Uint8Array>;
}

/** What an archive says of itself, under its signature. */
export interface ArchiveSummary {
  readonly createdAt: Date;
  /** The migration step that the rows are of; an archive goes into a database of the same step only. */
  readonly schema: string;
  /** Rows, for each table one number. */
  readonly rows: Readonly<Record<string, number>>;
  /** Ids of the encryption keys that a restore needs. */
  readonly keyIds: readonly string[];
  /** Sessions and chunks that could not be opened when the archive was made; they are in it as they were. */
  readonly unreadable: readonly string[];
  /** Of everything before the manifest, in hexadecimal. */
  readonly sha256: string;
}

export interface RestoreOutcome extends ArchiveSummary {
  /** Sessions that need attention now: their refresh token may have been spent since the backup was made. */
  readonly stale: number;
}

/** The vault as one stream of bytes: rows as they rest, so sealed; never a key. */
export interface Archive {
  /**
   * All rows as of one moment, whatever is written meanwhile.
   *
   * @throws MaestroError `archive.other-version` where the database is not migrated to this version, `encryption.key-unknown`,
   * `encryption.key-mismatch`, `request.cancelled`, `database.*`, and whatever the sink throws
   */
  backup(sink: ArchiveSink, options?: ArchiveOptions): Promise<ArchiveSummary>;
  /**
   * Whether a restore would take this archive: nothing is changed or missing, its signature is one of our keys', everything
   * that is sealed opens. Writes nothing.
   *
   * @throws MaestroError `archive.damaged`, `archive.other-version`, `encryption.key-unknown`, `request.cancelled`, `database.*`
   */
  verify(source: ArchiveSource, options?: ArchiveOptions): Promise<ArchiveSummary>;
  /**
   * Into an empty vault, in one transaction and only after `verify`. Each session's generation grows, each lease is gone, and
   * a session with a refresh token becomes `needs_attention` for the reason `restored_stale`.
   *
   * @throws MaestroError as `verify` does, and `archive.vault-not-empty`
   */
  restore(source: ArchiveSource, options?: ArchiveOptions): Promise<RestoreOutcome>;
}

export const Archive = Symbol.for('maestro/archive');
