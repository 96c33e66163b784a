import { getMetadataStorage, validateSync } from 'class-validator';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { isRecord } from './json.js';
import type { NestedTypes, RequestType } from './nested.js';
import { nestedTypesOf } from './nested.js';

/** More would only repeat what is wrong with each item of a list. */
const mostProblems = 20;

/**
 * The one way in for whatever a caller sends: an instance of the DTO that holds, or every problem with its path. A field
 * that the DTO does not know is a problem, at any level.
 *
 * Written by hand around class-validator's rules instead of class-transformer's `plainToInstance`: that one leaves out keys
 * called `constructor` (a JSON Schema may have one), fails on `null` in a list, and recurses as deep as the sender likes.
 *
 * `path` is where the value stands in what was sent.
 *
 * @throws MaestroError `request.invalid`
 */
export function parseRequest<T extends object>(type: RequestType<T>, value: unknown, path = ''): T {
  if (!isRecord(value)) throw new MaestroError('request.invalid', { problems: [`${path || 'the body'} must be a JSON object`] });
  const problems: string[] = [];
  const request = instanceFrom(type, value, path, problems);
  if (problems.length === 0) return request;
  const more = problems.length - mostProblems;
  throw new MaestroError('request.invalid', {
    problems: more > 0 ? [...problems.slice(0, mostProblems), `${String(more)} more problems`] : problems,
  });
}

function instanceFrom<T extends object>(
  type: RequestType<T>,
  value: Readonly<Record<string, unknown>>,
  path: string,
  problems: string[],
): T {
  const known = fieldsOf(type);
  const instance = new type();
  for (const [field, given] of Object.entries(value)) {
    const fieldPath = pathTo(path, field);
    if (!known.has(field)) {
      problems.push(`${fieldPath} is not known here${path === '' ? `; known are ${[...known].join(', ')}` : ''}`);
      continue;
    }
    const types = nestedTypesOf(type, field);
    Object.assign(instance, { [field]: types === undefined ? given : nestedFrom(types, given, fieldPath, problems) });
  }
  // To class-validator, a class without rules is an unknown one.
  const faults = known.size === 0 ? [] : validateSync(instance);
  for (const { property, value: bad, constraints } of faults) {
    const rule = Object.values(constraints ?? {})[0] ?? 'is not valid';
    problems.push(`${pathTo(path, property)} ${bad === undefined ? `is missing; it ${rule}` : rule}`);
  }
  return instance;
}

function nestedFrom(types: NestedTypes, given: unknown, path: string, problems: string[]): unknown {
  if (Array.isArray(given)) return given.map((item, index) => nestedObjectFrom(types, item, `${path}[${String(index)}]`, problems));
  return isRecord(given) ? nestedObjectFrom(types, given, path, problems) : given;
}

function nestedObjectFrom(types: NestedTypes, given: unknown, path: string, problems: string[]): unknown {
  if (!isRecord(given)) {
    problems.push(`${path} must be an object`);
    return undefined;
  }
  const choice = types();
  if (typeof choice === 'function') return instanceFrom(choice, given, path, problems);
  const kind = given['type'];
  const chosen = typeof kind === 'string' && Object.hasOwn(choice, kind) ? choice[kind] : undefined;
  if (chosen !== undefined) return instanceFrom(chosen, given, path, problems);
  problems.push(`${path}.type must be one of ${Object.keys(choice).join(', ')}`);
  return undefined;
}

const knownFields = new WeakMap<RequestType, ReadonlySet<string>>();

function fieldsOf(type: RequestType): ReadonlySet<string> {
  const noted = knownFields.get(type);
  if (noted !== undefined) return noted;
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const fields = new Set(rules.map(({ propertyName }) => propertyName));
  knownFields.set(type, fields);
  return fields;
}

function pathTo(path: string, field: string): string {
  const shown = /^[\w$-]{1,60}$/.test(field) ? field : JSON.stringify(field.slice(0, 60));
  return path === '' ? shown : `${path}.${shown}`;
}
