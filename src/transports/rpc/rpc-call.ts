import { randomUUID } from 'node:crypto';

import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import { isRecord } from '../requests/json.js';
import { refuseHostileJson } from './hostile-json.js';
import { Owner } from './owner.js';

/** What every message carries around its data. */
export interface RpcCall {
  readonly key: Secret;
  /** Whose the answers are that this message asks for. */
  readonly owner: Owner;
  /** The sender's, or made here. */
  readonly requestId: string;
  readonly data: unknown;
  /** How often a provider that cannot serve is asked again; 0, 1 or 2. */
  readonly retries?: number;
  /** The sender promises to acknowledge what it reads of a stream, and to be heard from all the while. */
  readonly isAcknowledging: boolean;
  /** Set once the guard knows. */
  caller?: Caller;
  /** Set for handlers: aborted when the reader is known to be gone. */
  gone?: AbortSignal;
}

const fields = ['key', 'requestId', 'data', 'retries', 'acknowledges'];
const requestIdForm = /^[\w.-]{1,64}$/;

/**
 * Reads a message's payload: `{ key, requestId?, data?, retries?, acknowledges? }`.
 *
 * @throws MaestroError `request.invalid`, `caller.key-missing`
 */
function callFrom(payload: unknown): RpcCall {
  if (!isRecord(payload)) throw invalid(['the payload must be an object with key and data']);
  const { key, requestId = randomUUID(), data = {}, retries, acknowledges = false } = payload;
  if (key === undefined) throw new MaestroError('caller.key-missing', {});
  if (typeof key !== 'string') throw new MaestroError('caller.key-invalid', {});
  const problems = Object.keys(payload)
    .filter((name) => !fields.includes(name))
    .map((name) => `${JSON.stringify(name.slice(0, 60))} is not known beside ${fields.join(', ')}`)
    .slice(0, 5);
  if (typeof requestId !== 'string' || !requestIdForm.test(requestId)) problems.push('requestId must be 1 to 64 of A-Z a-z 0-9 _ . -');
  if (retries !== undefined && ![0, 1, 2].some((number) => number === retries)) problems.push('retries must be 0, 1 or 2');
  if (typeof acknowledges !== 'boolean') problems.push('acknowledges must be true or false');
  if (problems.length > 0) throw invalid(problems);
  return {
    key: Secret.of(key),
    owner: Owner.of(key),
    requestId: String(requestId),
    data,
    ...(retries !== undefined && { retries: Number(retries) }),
    isAcknowledging: acknowledges === true,
  };
}

const calls = new WeakMap<object, RpcCall>();

/** The call that a payload is, read once. @throws MaestroError as `callFrom` */
export function callOf(payload: unknown): RpcCall {
  const noted = isRecord(payload) ? calls.get(payload) : undefined;
  if (noted !== undefined) return noted;
  const call = callFrom(payload);
  if (isRecord(payload)) calls.set(payload, call);
  return call;
}

/** What a call asks for, once its sender is known. @throws MaestroError `request.invalid` */
export function dataOf({ data }: RpcCall): unknown {
  refuseHostileJson(data);
  return data;
}

function invalid(problems: readonly string[]): MaestroError {
  return new MaestroError('request.invalid', { problems });
}
