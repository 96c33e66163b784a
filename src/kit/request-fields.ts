import type { JsonObject, JsonValue } from '../contracts/chat.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { JsonRecord } from './json-fields.js';
import { asJson } from './json-fields.js';
import { isRecord } from './read-body.js';

/**
 * An object of a client's request, read field by field: a field of the wrong type is refused by its path, and what nobody asked
 * for is known in the end. `null` counts as absent, as clients write fields that they do not set.
 */
export interface RequestFields {
  /** Where the object stands in the body (`messages[0].content[2]`); empty for the body itself. */
  readonly path: string;
  pathOf(name: string): string;
  /** Whether there is such a field; it is not read by this. */
  has(name: string): boolean;
  /** The value of a field that may be none of ours to read; it is not read by this. */
  peek(name: string): unknown;
  text(name: string): string | undefined;
  neededText(name: string): string;
  number(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  texts(name: string): readonly string[] | undefined;
  json(name: string): JsonValue | undefined;
  jsonObject(name: string): JsonObject | undefined;
  object(name: string): RequestFields | undefined;
  neededObject(name: string): RequestFields;
  objects(name: string): readonly RequestFields[] | undefined;
  /** The object as it came. */
  whole(): JsonObject;
  /** The fields that were not read so far. */
  rest(): JsonObject;
}

/** Another way to write the names of fields, for wires that take more than one. */
export type Respelling = (name: string) => string;

/** @throws MaestroError `request.invalid` where the body is no object */
export function requestFields(body: unknown, respelled?: Respelling): RequestFields {
  if (!isRecord(body)) throw invalidField('the body', 'an object');
  return fieldsOf(body, '', respelled);
}

/** @throws MaestroError always: `request.invalid` */
export function invalidField(path: string, needed: string): MaestroError {
  return new MaestroError('request.invalid', { problems: [`${path} must be ${needed}`] });
}

function fieldsOf(given: JsonRecord, path: string, respelled?: Respelling): RequestFields {
  const record =
    respelled === undefined ? given : Object.fromEntries(Object.entries(given).map(([name, value]) => [respelled(name), value]));
  const seen = new Set<string>();
  const pathOf = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const valueOf = (name: string): unknown => {
    seen.add(name);
    return Object.hasOwn(record, name) ? (record[name] ?? undefined) : undefined;
  };
  const read = <T>(name: string, isRight: (value: unknown) => value is T, needed: string): T | undefined => {
    const value = valueOf(name);
    if (value === undefined || isRight(value)) return value;
    throw invalidField(pathOf(name), needed);
  };
  const needed = <T>(name: string, value: T | undefined, kind: string): T => {
    if (value === undefined) throw invalidField(pathOf(name), kind);
    return value;
  };
  const fields: RequestFields = {
    path,
    pathOf,
    has: (name) => Object.hasOwn(record, name) && record[name] !== null && record[name] !== undefined,
    peek: (name) => (fields.has(name) ? record[name] : undefined),
    text: (name) => read(name, isText, 'a text'),
    neededText: (name) => needed(name, fields.text(name), 'a text'),
    number: (name) => read(name, isNumber, 'a number'),
    flag: (name) => read(name, isFlag, 'true or false'),
    texts: (name) => read(name, isTexts, 'a list of texts'),
    json: (name) => {
      const value = valueOf(name);
      return value === undefined ? undefined : asJson(value);
    },
    jsonObject: (name) => {
      const value = read(name, isRecord, 'an object');
      return value === undefined ? undefined : asJson(value);
    },
    object: (name) => {
      const value = read(name, isRecord, 'an object');
      return value === undefined ? undefined : fieldsOf(value, pathOf(name), respelled);
    },
    neededObject: (name) => needed(name, fields.object(name), 'an object'),
    objects: (name) => read(name, isList, 'a list')?.map((item, at) => itemOf(item, `${pathOf(name)}[${String(at)}]`, respelled)),
    whole: () => asJson(record),
    rest: () =>
      Object.fromEntries(
        Object.entries(record)
          .filter(([name, value]) => !seen.has(name) && value !== null && value !== undefined)
          .map(([name, value]) => [name, asJson(value)]),
      ),
  };
  return fields;
}

function itemOf(item: unknown, path: string, respelled?: Respelling): RequestFields {
  if (!isRecord(item)) throw invalidField(path, 'an object');
  return fieldsOf(item, path, respelled);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
