/** What can be written down. `audit.break` is the trail's own word: its head was not as it had been left. */
export type AuditAction =
  | 'session.create'
  | 'session.clone'
  | 'session.change'
  | 'session.replace-secret'
  | 'session.delete'
  | 'session.revoke'
  | 'session.refresh'
  | 'session.orphan'
  | 'session.purge'
  | 'login.complete'
  | 'login.consent'
  | 'caller.create'
  | 'caller.revoke'
  | 'caller.grant'
  | 'caller.revoke-grant'
  | 'caller.set-default'
  | 'vault.restore'
  | 'key.rotate'
  | 'key.retire'
  | 'audit.break';

export type AuditOutcome = 'done' | 'failed' | 'skipped';

/** Who did what, and how it ended. Ids and codes only: no name, no secret, nothing that a provider said. */
export interface AuditNote {
  /** A caller's id; `system` for what Maestro does by itself. */
  readonly actor: string;
  readonly action: AuditAction;
  /** Default: `done`. */
  readonly outcome?: AuditOutcome;
  /** Another thing that the event is about: what a clone was made from. */
  readonly related?: string;
  /** Codes, separated by blanks: what was changed, or why it failed. */
  readonly detail?: string;
}

export interface AuditEntry extends AuditNote {
  /** The id of what it was done to. */
  readonly target: string;
}

/** One link of the chain. */
export interface AuditEvent extends AuditEntry {
  /** From 1, without a gap. */
  readonly seq: number;
  /** The database's clock, to the millisecond. */
  readonly at: Date;
  readonly outcome: AuditOutcome;
  /** SHA-256 over the event and the hash before it, in hexadecimal digits. */
  readonly hash: string;
}

/** Where the chain ends. Kept elsewhere, it shows later whether the end was cut off. */
export interface AuditHead {
  /** 0: nothing has happened yet. */
  readonly seq: number;
  readonly hash: string;
}

/**
 * `gap`: events are missing, or there twice. `changed`: an event is not what was written. `forged`: it was written without our keys.
 * `cut`: the head tells of another end. `head-forged`: the head was written without our keys. `noted`: the trail found its head
 * forged when it went on. `checkpoint`: the trail does not go through the given one.
 */
export type AuditProblem = 'gap' | 'changed' | 'forged' | 'cut' | 'head-forged' | 'noted' | 'checkpoint';

export interface AuditVerdict {
  readonly ok: boolean;
  /** Events that were looked at. */
  readonly checked: number;
  /** Events sealed with keys that this process does not hold (any more): only what comes after vouches for them. */
  readonly withoutKey: number;
  readonly head: AuditHead;
  readonly firstBroken?: { readonly seq: number; readonly problem: AuditProblem };
}
