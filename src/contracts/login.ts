import type { ProviderId } from './provider-id.js';
import type { SealedSecret, SessionId } from './session.js';
import type { SessionName } from './session-name.js';
import type { LoginMethod } from './tokens.js';

/** `finishing`: the code is being traded for tokens. A `done` or `failed` login is remembered for ten minutes. */
export type LoginStatus = 'pending' | 'finishing' | 'done' | 'failed';

/** Why a login failed, in the words of the errors. */
export interface LoginProblem {
  readonly code: string;
  readonly detail: string;
}

/** A login on its way, as who began it sees it. */
export interface Login {
  /** A UUID. */
  readonly id: string;
  readonly provider: ProviderId;
  /** Of the session that will be there. */
  readonly name: SessionName;
  readonly method: LoginMethod;
  readonly status: LoginStatus;
  /** Where the person goes; of a device login, where the code is typed. While it is pending. */
  readonly authorizationUrl?: string;
  /** Of a device login: what the person types. While it is pending. */
  readonly userCode?: string;
  /** Of a device login: seconds between two polls. */
  readonly pollIntervalSeconds?: number;
  readonly expiresAt: Date;
  /** Once it is done. */
  readonly sessionId?: SessionId;
  /** Once it has failed. */
  readonly problem?: LoginProblem;
}

/** What both rows of a login tell of it. Inside core and persistence only. */
interface LoginRecord {
  readonly id: string;
  readonly provider: ProviderId;
  readonly name: SessionName;
  readonly method: LoginMethod;
  /** Who began it. */
  readonly callerId: string;
  readonly expiresAt: Date;
}

/** A login between its two halves, as it rests. */
export interface PendingLogin extends LoginRecord {
  /** The session that logs in again; absent: a new one will be made. */
  readonly sessionId?: SessionId;
  readonly secret: SealedSecret;
  /** Of a device login. */
  readonly pollIntervalSeconds?: number;
  /** When this was read, by the store's clock. Absent: the store has none of its own. */
  readonly readAt?: Date;
}

/** What is left of a login whose secrets are gone. */
export interface FinishedLogin extends LoginRecord {
  readonly status: Exclude<LoginStatus, 'pending'>;
  readonly sessionId?: SessionId;
  readonly problem?: LoginProblem;
}

/** That somebody accepted the terms of a provider's login, as they were on a day. */
export interface LoginConsent {
  readonly provider: ProviderId;
  /** `YYYY-MM-DD`, the limitation's. */
  readonly termsDate: string;
  readonly acceptedBy: string;
  readonly acceptedAt: Date;
}
