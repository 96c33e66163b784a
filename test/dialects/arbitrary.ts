import * as fc from 'fast-check';

import type { ChatMessage, ContentPart, JsonObject, JsonValue } from '../../src/contracts/chat.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';

/** The provider whose own words the requests hold. */
export const provider = 'acme';

/** Two hundred runs unless told; a failure prints the seed that repeats it. */
export const runs = { numRuns: 200 };

export const words: fc.Arbitrary<string> = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
export const base64: fc.Arbitrary<string> = fc
  .uint8Array({ minLength: 1, maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
export const identifier: fc.Arbitrary<string> = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{2,20}$/);
export const url: fc.Arbitrary<string> = identifier.map((name) => `https://files.test/${name}`);

const jsonValue: fc.Arbitrary<JsonValue> = fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as JsonValue);
export const jsonObject: fc.Arbitrary<JsonObject> = fc.dictionary(identifier, jsonValue, { maxKeys: 3 });

/** Fields that are there or not, never `undefined`. */
export function some<T extends object>(fields: { readonly [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

/** The text, cut into pieces of which none is empty. */
export function pieces(whole: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return fc.tuple(whole, fc.array(fc.nat(), { maxLength: 3 })).map(([text, cuts]) => {
    const places = [...new Set([0, ...cuts.map((cut) => cut % text.length), text.length])].sort((a, b) => a - b);
    return places.slice(1).map((end, at) => text.slice(places[at], end));
  });
}

/** Parts of an answer, each told its number. */
export type PartEvents = (part: number) => readonly StreamEvent[];

/** A call with its arguments in pieces. */
export function callEvents(id: fc.Arbitrary<string>, inPieces: boolean): fc.Arbitrary<PartEvents> {
  return fc
    .tuple(id, identifier, jsonObject, fc.array(fc.nat(), { maxLength: 3 }))
    .map(([callId, name, args, cuts]) => (part) => [
      { type: 'tool-call-start', part, callId, name },
      ...cutAt(JSON.stringify(args), inPieces ? cuts : []).map((json) => ({ type: 'tool-call-delta' as const, callId, json })),
      { type: 'tool-call-end', callId },
    ]);
}

function cutAt(text: string, cuts: readonly number[]): readonly string[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % text.length), text.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, at) => text.slice(places[at], end));
}

interface Speech {
  readonly text: fc.Arbitrary<ContentPart>;
  readonly asked: fc.Arbitrary<ContentPart>;
  readonly said: fc.Arbitrary<ContentPart>;
  readonly result: fc.Arbitrary<ContentPart>;
}

/** The sides take turns; of one side's, results come first. */
export function conversationOf({ text, asked, said, result }: Speech): fc.Arbitrary<readonly ChatMessage[]> {
  const listOf = (part: fc.Arbitrary<ContentPart>): fc.Arbitrary<ContentPart[]> => fc.array(part, { minLength: 1, maxLength: 3 });
  return fc
    .tuple(
      fc.option(fc.array(text, { minLength: 1, maxLength: 2 })),
      listOf(asked),
      fc.array(fc.tuple(listOf(said), fc.option(listOf(result)), listOf(asked)), { maxLength: 3 }),
    )
    .map(([system, first, turns]) => [
      ...(system === null ? [] : [{ role: 'system' as const, content: system }]),
      { role: 'user' as const, content: first },
      ...turns.flatMap(([answer, results, next]) => [
        { role: 'assistant' as const, content: answer },
        ...(results === null ? [] : [{ role: 'tool' as const, content: results }]),
        { role: 'user' as const, content: next },
      ]),
    ]);
}
