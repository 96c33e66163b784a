import type { FastifyRequest } from 'fastify';

import type { Caller, CallOrigin } from '../../contracts/caller.js';
import type { ErrorCode } from '../../contracts/errors/catalogue.js';
import type { Attempt } from '../../core/idempotency/idempotency.js';
import type { Overhead } from './overhead.js';

/** What is learnt of a request on its way, for whoever comes later. */
export interface RequestNotes {
  caller?: Caller;
  origin?: CallOrigin;
  overhead?: Overhead;
  /** Of a request that came with an `Idempotency-Key`. */
  attempt?: Attempt;
  /** How it failed, where it did. */
  failure?: ErrorCode;
  /** What was asked for, where that is more than the server's route. Never an address as somebody wrote it. */
  route?: string;
}

const notes = new WeakMap<FastifyRequest, RequestNotes>();

export function notesOf(request: FastifyRequest): RequestNotes {
  const noted = notes.get(request) ?? {};
  notes.set(request, noted);
  return noted;
}
