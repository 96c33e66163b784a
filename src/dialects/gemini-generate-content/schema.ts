import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import { isJsonObject } from './wire.js';

/**
 * The JSON Schema that a `Schema` of this wire means: its types are in capitals, and `nullable` is a type of its own there.
 * Source: https://ai.google.dev/api/caching#Schema
 */
export function schemaFromWire(schema: JsonObject): JsonObject {
  const { nullable, ...fields } = schema;
  const said = Object.entries(fields).map(([name, value]): readonly [string, JsonValue] => [name, fieldFrom(name, value)]);
  const whole: JsonObject = Object.fromEntries(said);
  const { type } = whole;
  return nullable === true && typeof type === 'string' ? { ...whole, type: [type, 'null'] } : whole;
}

function fieldFrom(name: string, value: JsonValue): JsonValue {
  if (name === 'type' && typeof value === 'string') return value.toLowerCase();
  if (name === 'items' && isJsonObject(value)) return schemaFromWire(value);
  // What stands here is named by the caller, and may be called `type` as well.
  if ((name === 'properties' || name === '$defs') && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, isJsonObject(inner) ? schemaFromWire(inner) : inner]));
  }
  if (name === 'anyOf' && Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((inner) => (isJsonObject(inner) ? schemaFromWire(inner) : inner));
  }
  // Whole numbers of 64 bits are texts in this wire's JSON.
  if (lengths.has(name) && typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  return value;
}

const lengths: ReadonlySet<string> = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']);
