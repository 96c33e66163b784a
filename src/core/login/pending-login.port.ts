import type { FinishedLogin, LoginProblem, PendingLogin } from '../../contracts/login.js';
import type { Secret } from '../../contracts/secret.js';
import type { SessionId } from '../../contracts/session.js';

export interface NewPendingLogin extends Omit<PendingLogin, 'expiresAt'> {
  /** What the issuer sends back with the code; it is found by it. Absent: nobody comes back (a device login). */
  readonly state?: Secret;
  readonly lifeSeconds: number;
}

export type LoginEnding = { readonly sessionId: SessionId } | { readonly problem: LoginProblem };

/**
 * Logins between their two halves. Times are the database's. Each is taken once: whoever takes it has deleted it with the same
 * statement, and what is left behind knows no secret.
 */
export interface PendingLogins {
  /**
   * Whether it could be added now.
   *
   * @throws MaestroError `session.name-taken` by a session that is not the one that logs in again, `login.too-many`
   */
  admit(login: Pick<PendingLogin, 'provider' | 'name' | 'callerId' | 'sessionId'>, mostPerCaller: number): Promise<void>;
  /**
   * @param mostPerCaller how many a caller may have pending
   * @returns when it expires
   * @throws MaestroError `login.too-many`
   */
  add(login: NewPendingLogin, mostPerCaller: number): Promise<Date>;
  /** Of this caller, and not expired. One that has been finishing for minutes has failed with `login.interrupted`. */
  find(id: string, callerId: string): Promise<PendingLogin | FinishedLogin | undefined>;
  take(id: string, callerId: string): Promise<PendingLogin | undefined>;
  takeByState(state: Secret): Promise<PendingLogin | undefined>;
  /** How it ended, for who asks within ten minutes; also in the audit trail. */
  finish(login: PendingLogin, ending: LoginEnding): Promise<void>;
  /** True for one who may ask the issuer now, and nobody else for so many seconds. */
  claimPoll(id: string, seconds: number): Promise<boolean>;
  /** The next poll comes after so many seconds, and each one after it as well. */
  pollLater(id: string, intervalSeconds: number): Promise<void>;
  cancel(id: string, callerId: string): Promise<boolean>;
  /** Forgets what has expired, and writes down which logins never came to an end. */
  purge(): Promise<number>;
}

export const PendingLogins = Symbol.for('maestro/pending-logins');
