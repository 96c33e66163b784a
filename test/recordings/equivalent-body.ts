import type { JsonRecord } from '../../src/kit/json-fields.js';
import { isRecord, jsonFrom } from '../../src/kit/read-body.js';

/** A body without what a decoder named as unsaid: `tools[2].defer_loading`. Lists keep their other entries. */
export function withoutPaths(body: JsonRecord, paths: readonly string[]): JsonRecord {
  const copy = structuredClone(body);
  for (const path of paths)
    remove(
      copy,
      path.split(/[.[\]]+/).filter((step) => step !== ''),
    );
  return copy;
}

function remove(value: unknown, [step, ...rest]: readonly string[]): void {
  if (step === undefined || typeof value !== 'object' || value === null) return;
  if (rest.length > 0) {
    remove(Reflect.get(value, step), rest);
  } else if (Array.isArray(value)) {
    // A hole, so that the places of the others stay as they are named.
    value[Number(step)] = undefined;
  } else {
    Reflect.deleteProperty(value, step);
  }
}

/** Two bodies that mean the same have the same form: no `null`, no holes, no empty objects that nobody said, arguments as JSON. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical).filter((entry) => entry !== undefined);
  if (!isRecord(value)) return value ?? undefined;
  const entries = Object.entries(value).flatMap(([name, field]) => {
    const form = name === 'arguments' && typeof field === 'string' ? jsonFrom(field === '' ? '{}' : field) : canonical(field);
    return form === undefined ? [] : [[name, form] as const];
  });
  return Object.fromEntries(entries);
}
