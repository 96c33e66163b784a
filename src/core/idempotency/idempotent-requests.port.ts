import type { SealedSecret } from '../../contracts/session.js';

/** A request that is to be carried out once, as it rests. */
export interface IdempotentRow {
  readonly content: SealedSecret;
  readonly secretVersion: number;
  readonly isDone: boolean;
  /** Grows each time that somebody else takes it over. */
  readonly epoch: number;
  /** Somebody is at it. */
  readonly isLeased: boolean;
}

export interface NewIdempotentRow {
  readonly id: string;
  readonly callerId: string;
  readonly content: SealedSecret;
  readonly leaseSeconds: number;
  readonly lifeSeconds: number;
}

/** Times are the database's: replicas need not agree about the hour. What changes a row wants the epoch that it was seen with. */
export interface IdempotentRequests {
  /** With secret version 1, where there is none of that id, or one whose time is over; its epoch. `undefined`: there is one. */
  add(row: NewIdempotentRow): Promise<number | undefined>;
  find(id: string): Promise<IdempotentRow | undefined>;
  /** Takes over what nobody is at any more; the new epoch. */
  takeOver(id: string, epoch: number, leaseSeconds: number): Promise<number | undefined>;
  renew(id: string, epoch: number, leaseSeconds: number): Promise<void>;
  /** With secret version 2. */
  finish(id: string, epoch: number, content: SealedSecret): Promise<void>;
  /** As if it had never come. */
  forget(id: string, epoch: number): Promise<void>;
  /** @returns how many went; `most` at once */
  purge(most: number): Promise<number>;
}

export const IdempotentRequests = Symbol.for('maestro/idempotent-requests');
