import type { JsonObject, JsonValue } from '../contracts/chat.js';
import { isRecord } from './read-body.js';

/** An object as it came over a wire. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A field's text, or `undefined` where it is absent or something else. */
export function textIn(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  return typeof value === 'string' ? value : undefined;
}

/** A field's number, or `undefined` where it is absent or something else. */
export function numberIn(record: JsonRecord, name: string): number | undefined {
  const value = record[name];
  return typeof value === 'number' ? value : undefined;
}

/** A field's object; an empty one where it is absent or something else. */
export function recordIn(record: JsonRecord, name: string): JsonRecord {
  const value = record[name];
  return isRecord(value) ? value : {};
}

/** A field's list; an empty one where it is absent or something else. */
export function listIn(record: JsonRecord, name: string): readonly unknown[] {
  const value = record[name];
  return Array.isArray(value) ? value : [];
}

/** For what `JSON.parse` made: it can hold nothing that JSON cannot say. */
export function asJson(parsed: JsonRecord): JsonObject;
export function asJson(parsed: unknown): JsonValue;
export function asJson(parsed: unknown): JsonValue {
  return parsed as JsonValue;
}
