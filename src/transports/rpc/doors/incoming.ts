import type { WritePacket } from '@nestjs/microservices';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { problemFromError } from '../../../contracts/errors/problem.js';
import { isRecord } from '../../requests/json.js';
import { sizeLimits } from '../../requests/size-limits.js';
import { controlPattern } from '../control.js';
import { sizeText } from '../streams/unsendable.js';

/** Bytes of what is around the data. */
const envelope = 4 * 1024;

/** Bytes of the longest message that is read at all. */
export const longestMessage = sizeLimits.chat + envelope;

/** An answer, with the id of the message that it is for. */
export type OutgoingPacket = WritePacket & { readonly id: string };

/** A message as clients of Nest send it. */
export interface IncomingPacket {
  readonly pattern: string;
  readonly data: unknown;
  readonly id?: string;
}

/**
 * Looks at a message before Nest does. What is no message at all is dropped; one that must not be carried out is refused; without
 * an id only what needs no answer is taken: nobody would hear what became of the rest.
 */
export function admit(
  value: unknown,
  bytes: number,
  isKnown: (pattern: string) => boolean,
): { readonly packet: IncomingPacket } | { readonly refusal?: OutgoingPacket } {
  if (!isRecord(value)) return {};
  const { pattern, id, data } = value;
  if (typeof pattern !== 'string') return {};
  if (id === undefined) return pattern === controlPattern ? { packet: { pattern, data } } : {};
  if (typeof id !== 'string' || id.length > 128 || pattern === controlPattern) return {};
  const limit = pattern.startsWith('maestro.chat.') ? sizeLimits.chat : sizeLimits.other;
  if (!isKnown(pattern)) return { refusal: refusal(id, new MaestroError('pattern.unknown', { pattern })) };
  if (bytes > limit + envelope) return { refusal: refusal(id, new MaestroError('request.too-large', { limit: sizeText(limit) })) };
  return { packet: { pattern, data, id } };
}

/** The object that a text is; one without a field where it is none. */
export function jsonFrom(text: string): Readonly<Record<string, unknown>> {
  if (text.length > longestMessage) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function refusal(id: string, error: MaestroError): OutgoingPacket {
  return { id, err: problemFromError(error), isDisposed: true };
}
