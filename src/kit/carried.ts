import type { JsonObject } from '../contracts/chat.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { JsonRecord } from './json-fields.js';
import { asJson, textIn } from './json-fields.js';
import { isRecord, jsonFrom } from './read-body.js';

/**
 * What one provider wants back and another wire has no place for. It travels in a field of that wire which clients give back
 * unread: encrypted reasoning, a signature. Each field as in `ReasoningPart`; `providerData` belongs to the call `callId`.
 */
export interface Carried {
  readonly signature?: string;
  readonly encrypted?: string;
  readonly id?: string;
  readonly callId?: string;
  readonly providerData?: JsonObject;
}

/** Nine bytes, so that their base64 is the same whatever follows. */
const version = 'maestro:1';

/** How the text of `carry` begins. A body without it carries nothing. */
export const carriedMark = Buffer.from(version).toString('base64');

/**
 * One text of base64, since some wires take opaque fields for bytes. Neither secret nor sealed: a client can put in it only what
 * it could say on the wire that the content came from.
 */
export function carry(content: Carried): string {
  return Buffer.from(version + JSON.stringify(content)).toString('base64');
}

/**
 * What a field of a request carries; `undefined` where the text is the wire's own.
 *
 * @param path of the field in the request, for the error
 * @throws MaestroError `request.invalid` where the text was changed on its way
 */
export function carriedIn(text: string, path: string): Carried | undefined {
  if (!text.startsWith(carriedMark)) return undefined;
  const carried = carriedFrom(text);
  if (carried !== undefined) return carried;
  throw new MaestroError('request.invalid', {
    problems: [`${path} is not what this gateway gave; send it back as it came, or leave it out`],
  });
}

/** The same for a field of an answer, where a text that only looks like one of ours is a text like any other. */
export function carriedFrom(text: string): Carried | undefined {
  if (!text.startsWith(carriedMark)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Clients that keep bytes may write them in the other alphabet, and without padding.
  const isWhole = bytes.toString('base64url') === text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return isWhole ? contentIn(bytes) : undefined;
}

const texts = ['signature', 'encrypted', 'id', 'callId'] as const;

function contentIn(bytes: Buffer): Carried | undefined {
  const value = jsonFrom(bytes.toString('utf8').slice(version.length));
  if (!isRecord(value) || !isCarried(value)) return undefined;
  const providerData = value['providerData'];
  return {
    ...Object.fromEntries(texts.flatMap((name) => (textIn(value, name) === undefined ? [] : [[name, textIn(value, name)]]))),
    ...(isRecord(providerData) && { providerData: asJson(providerData) }),
  };
}

function isCarried(value: JsonRecord): boolean {
  return Object.entries(value).every(([name, field]) => {
    if (name === 'providerData') return isRecord(field);
    return texts.some((known) => known === name) && typeof field === 'string';
  });
}
