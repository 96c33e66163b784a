import type { Carried } from '../../kit/carried.js';
import { carriedFrom } from '../../kit/carried.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { numberIn } from '../../kit/json-fields.js';
import type { EventReader } from './parts.js';
import type { Events, OpenItem, ResponsesState } from './stream-state.js';
import { itemKeyOf, partAt, withPart, withProviderData } from './stream-state.js';
import { providersId, recordsIn, wordsIn } from './wire.js';

/**
 * A reasoning item holds several summaries, or what the model thought in full. Each is a part of its own with the item's id on
 * its first delta, so that they can be sent back as the one item that they were.
 */
function keyOf(item: string, field: 'summary' | 'content', at: number): string {
  return `${field} ${item}:${String(at)}`;
}

function keyOfEvent(event: JsonRecord, field: 'summary' | 'content'): string {
  return keyOf(itemKeyOf(event), field, numberIn(event, field === 'summary' ? 'summary_index' : 'content_index') ?? 0);
}

function readerOf(field: 'summary' | 'content', textName: 'delta' | 'text'): EventReader {
  return (state, events, event) => {
    const key = keyOfEvent(event, field);
    if (textName === 'text' && state.parts[key]?.hasText === true) return state;
    return pushThought(state, events, key, providersId(state.items[itemKeyOf(event)]?.id), wordsIn(event, textName));
  };
}

export const decodeSummaryDelta = readerOf('summary', 'delta');
export const decodeSummaryDone = readerOf('summary', 'text');
export const decodeThoughtDelta = readerOf('content', 'delta');
export const decodeThoughtDone = readerOf('content', 'text');

function pushThought(state: ResponsesState, events: Events, key: string, id: string | undefined, text: string | undefined): ResponsesState {
  if (text === undefined) return state;
  const { open, state: numbered } = partAt(state, key);
  events.push({ type: 'reasoning-delta', part: open.part, text, ...(!open.hasText && id !== undefined && { id }) });
  return open.hasText ? numbered : withPart(numbered, key, { ...open, hasText: true });
}

/** A reasoning item that is whole: says what its deltas have not said, and gives what has to be sent back. */
export function completeReasoning(state: ResponsesState, events: Events, key: string, open: OpenItem, item: JsonRecord): ResponsesState {
  const filled = (['summary', 'content'] as const).reduce(
    (current, field) =>
      recordsIn(item, field).reduce((next, piece, at) => {
        const place = keyOf(key, field, at);
        return next.parts[place]?.hasText === true ? next : pushThought(next, events, place, providersId(open.id), wordsIn(piece, 'text'));
      }, current),
    state,
  );
  const sealed = wordsIn(item, 'encrypted_content');
  const carried = sealed === undefined ? undefined : carriedFrom(sealed);
  if (carried?.callId !== undefined) return withProviderData(filled, carried.callId, carried.providerData ?? {});
  const marks: Carried = carried ?? (sealed === undefined ? {} : { encrypted: sealed });
  const place = lastKeyOf(filled, key);
  // Without words it is still to be sent back: by its id where the provider keeps it, in encrypted form where it does not.
  if (place !== undefined && sealed === undefined) return filled;
  const id = marks.id ?? providersId(wordsIn(item, 'id') ?? open.id);
  const delta = { ...(id !== undefined && { id }), ...marks };
  if (Object.keys(delta).length === 0) return filled;
  const { open: part, state: numbered } = partAt(filled, place ?? keyOf(key, 'summary', 0));
  events.push({ type: 'reasoning-delta', part: part.part, ...delta });
  return numbered;
}

/** What providers want back with calls stands after the calls where an answer is read whole. */
export function withCarried(before: ResponsesState, output: readonly JsonRecord[]): ResponsesState {
  return output.reduce((state, item) => {
    const sealed = item['type'] === 'reasoning' ? wordsIn(item, 'encrypted_content') : undefined;
    const carried = sealed === undefined ? undefined : carriedFrom(sealed);
    return carried?.callId === undefined ? state : withProviderData(state, carried.callId, carried.providerData ?? {});
  }, before);
}

function lastKeyOf({ parts }: ResponsesState, key: string): string | undefined {
  const prefixes = [keyOf(key, 'summary', 0).slice(0, -1), keyOf(key, 'content', 0).slice(0, -1)];
  return Object.keys(parts).findLast((place) => prefixes.some((prefix) => place.startsWith(prefix)));
}
