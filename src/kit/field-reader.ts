import type { JsonObject, JsonValue } from '../contracts/chat.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { JsonRecord } from './json-fields.js';
import { asJson } from './json-fields.js';
import { isRecord } from './read-body.js';

/** What was found while a request was read, each thing with its path in the body. */
export interface Findings {
  readonly problems: string[];
  readonly notices: string[];
}

/** Another way to write the names of fields, for wires that take more than one. */
export type Respelling = (name: string) => string;

/**
 * Reads an object of a client's request, field by field. A field of the wrong type is a problem; `null` stands for absent. What
 * nobody asked for is named by `finish`, so that nothing is dropped in silence.
 */
export class FieldReader {
  private readonly record: JsonRecord;
  private readonly unread: Set<string>;

  constructor(
    given: JsonRecord,
    readonly path: string,
    readonly findings: Findings,
    private readonly respelled?: Respelling,
  ) {
    const record = respelled === undefined ? given : respelledIn(given, respelled);
    this.record = record;
    this.unread = new Set(Object.keys(record).filter((name) => record[name] !== null && record[name] !== undefined));
  }

  text(name: string): string | undefined {
    return this.read(name, 'a text', (value) => (typeof value === 'string' ? value : undefined));
  }

  /** A text that must be there. */
  needed(name: string): string {
    const text = this.text(name);
    if (text === undefined && !this.has(name)) this.problem(`${this.pathOf(name)} is missing`);
    return text ?? '';
  }

  number(name: string): number | undefined {
    return this.read(name, 'a number', (value) => (typeof value === 'number' ? value : undefined));
  }

  flag(name: string): boolean | undefined {
    return this.read(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  json(name: string): JsonObject | undefined {
    return this.read(name, 'an object', (value) => (isRecord(value) ? asJson(value) : undefined));
  }

  texts(name: string): readonly string[] | undefined {
    return this.read(name, 'a list of texts', (value) => (Array.isArray(value) && value.every(isText) ? value : undefined));
  }

  /** An object whose fields are read one by one; call its `finish`. */
  fields(name: string): FieldReader | undefined {
    return this.read(name, 'an object', (value) =>
      isRecord(value) ? new FieldReader(value, this.pathOf(name), this.findings, this.respelled) : undefined,
    );
  }

  /** An object that must be there. */
  neededFields(name: string): FieldReader {
    const fields = this.fields(name);
    if (fields === undefined && !this.has(name)) this.problem(`${this.pathOf(name)} is missing`);
    return fields ?? new FieldReader({}, this.pathOf(name), this.findings, this.respelled);
  }

  /** A list of objects; entries that are none are a problem. */
  list(name: string): readonly FieldReader[] {
    const entries = this.read(name, 'a list', (value) => (Array.isArray(value) ? (value as readonly unknown[]) : undefined)) ?? [];
    return entries.flatMap((entry, at) => {
      const path = `${this.pathOf(name)}[${String(at)}]`;
      if (isRecord(entry)) return [new FieldReader(entry, path, this.findings, this.respelled)];
      this.problem(`${path} must be an object`);
      return [];
    });
  }

  /** As it came, for fields of more than one type. */
  value(name: string): JsonValue | undefined {
    return this.read(name, 'a value', asJson);
  }

  /** The value of a field that may be none of ours to read; it is not read by this. */
  peek(name: string): unknown {
    return this.has(name) ? this.record[name] : undefined;
  }

  /** The fields that nobody read so far; somebody does now. */
  rest(): JsonObject {
    const names = [...this.unread];
    this.unread.clear();
    return Object.fromEntries(names.map((name) => [name, asJson(this.record[name])]));
  }

  /** The object as it came. */
  whole(): JsonObject {
    return asJson(this.record);
  }

  /** Whether the field says anything; reads nothing. */
  has(name: string): boolean {
    return Object.hasOwn(this.record, name) && this.record[name] !== undefined && this.record[name] !== null;
  }

  /** Fields that say nothing which an answer depends on. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.unread.delete(name);
  }

  /** Names a field that cannot be said. */
  notice(name: string): void {
    this.unread.delete(name);
    this.findings.notices.push(this.pathOf(name));
  }

  /** Names the object as a whole, and looks at nothing in it any more. */
  noticeWhole(): void {
    this.unread.clear();
    this.findings.notices.push(this.path);
  }

  problem(text: string): void {
    this.findings.problems.push(text);
  }

  /** A field that cannot be read as it is. */
  refuse(name: string, needed: string): void {
    this.problem(`${this.pathOf(name)} must be ${needed}`);
  }

  /** Names what was not read. */
  finish(): void {
    for (const name of this.unread) this.findings.notices.push(this.pathOf(name));
    this.unread.clear();
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  private read<T>(name: string, kind: string, parse: (value: unknown) => T | undefined): T | undefined {
    this.unread.delete(name);
    if (!this.has(name)) return undefined;
    const value = parse(this.record[name]);
    if (value === undefined) this.refuse(name, kind);
    return value;
  }
}

function respelledIn(record: JsonRecord, respelled: Respelling): JsonRecord {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [respelled(name), value]));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/**
 * Reads a client's whole body.
 *
 * @throws MaestroError `request.invalid` with every problem that was found
 */
export function readRequest<T>(
  body: unknown,
  read: (fields: FieldReader) => T,
  respelled?: Respelling,
): { readonly value: T; readonly notices: readonly string[] } {
  if (!isRecord(body)) throw new MaestroError('request.invalid', { problems: ['the body must be a JSON object'] });
  const findings: Findings = { problems: [], notices: [] };
  const fields = new FieldReader(body, '', findings, respelled);
  const value = read(fields);
  fields.finish();
  if (findings.problems.length > 0) throw new MaestroError('request.invalid', { problems: [...new Set(findings.problems)] });
  return { value, notices: findings.notices };
}

/** The fields that say something. */
export function defined<T extends object>(fields: T): { readonly [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };
}
