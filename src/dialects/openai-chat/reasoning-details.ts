import type { JsonObject, ReasoningPart } from '../../contracts/chat.js';
import type { Carried } from '../../kit/carried.js';
import { carriedIn, carry } from '../../kit/carried.js';
import type { FieldReader } from '../../kit/field-reader.js';

/** `reasoning_details`: where vendors of this wire put what must be sent back of a thought, and which block of it is meant. */
const encryptedType = 'reasoning.encrypted';

export type Thought = Pick<ReasoningPart, 'text' | 'signature' | 'encrypted' | 'id'>;

export function detailsOfThought({ text, signature, encrypted, id }: Thought, index: number): readonly JsonObject[] {
  const own = { ...(id !== undefined && { id }), index };
  const isSaid = text !== undefined || signature !== undefined;
  return [
    ...(isSaid
      ? [{ type: 'reasoning.text', ...(text !== undefined && { text }), ...(signature !== undefined && { signature }), ...own }]
      : []),
    ...(encrypted !== undefined ? [{ type: encryptedType, data: encrypted, ...own }] : []),
    ...(!isSaid && encrypted === undefined && id !== undefined ? [{ type: 'reasoning.text', ...own }] : []),
  ];
}

/** What a provider wants back with a call: this wire has no place for it on the call itself, but for its kind. */
export function detailsOfCall(callId: string, { type, ...providerData }: JsonObject = {}): readonly JsonObject[] {
  const wanted = { ...(type !== undefined && type !== 'custom' && { type }), ...providerData };
  if (Object.keys(wanted).length === 0) return [];
  return [{ type: encryptedType, id: callId, data: carry({ callId, providerData: wanted }) }];
}

export interface ReadDetails {
  readonly thoughts: readonly Thought[];
  /** By call. */
  readonly providerData: ReadonlyMap<string, JsonObject>;
}

/** Details as a client gives them back: joined by block, or still in the pieces in which they came. */
export function detailsFrom(list: readonly FieldReader[]): ReadDetails {
  const thoughts = new Map<number, Thought>();
  const providerData = new Map<string, JsonObject>();
  for (const [at, fields] of list.entries()) {
    const { data, index = at, ...said } = pieceFrom(fields);
    const carried: Carried | undefined = data === undefined ? undefined : carriedIn(data, fields.pathOf('data'));
    if (carried?.callId !== undefined && carried.providerData !== undefined) {
      providerData.set(carried.callId, carried.providerData);
      continue;
    }
    thoughts.set(index, joined(thoughts.get(index), { ...said, ...(carried ?? (data !== undefined && { encrypted: data })) }));
  }
  return { thoughts: [...thoughts.values()].filter((thought) => Object.keys(thought).length > 0), providerData };
}

interface Piece extends Omit<Thought, 'encrypted'> {
  readonly data?: string;
  readonly index?: number;
}

function pieceFrom(fields: FieldReader): Piece {
  const text = fields.text('text') ?? fields.text('summary');
  const [signature, data, id, index] = [fields.text('signature'), fields.text('data'), fields.text('id'), fields.number('index')];
  fields.ignore('type', 'format', 'summary');
  fields.finish();
  return {
    ...(text !== undefined && { text }),
    ...(signature !== undefined && { signature }),
    ...(data !== undefined && { data }),
    ...(id !== undefined && { id }),
    ...(index !== undefined && { index }),
  };
}

function joined(before: Thought | undefined, piece: Thought): Thought {
  const text = before?.text === undefined ? piece.text : before.text + (piece.text ?? '');
  return { ...before, ...piece, ...(text !== undefined && { text }) };
}
