import type { ApiPropertyOptions } from '@nestjs/swagger';
import type { ValidationOptions } from 'class-validator';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
} from 'class-validator';

import { ApiProperty, getSchemaPath } from '@nestjs/swagger';

import { isRecord, jsonDepth } from './json.js';
import type { RequestType } from './nested.js';
import { noteNested } from './nested.js';

// The building blocks of the DTOs. Each message is what is said of a field: "<path> must be a text".

type Field = PropertyDecorator;

/** A JSON Schema. */
type Kind = NonNullable<ApiPropertyOptions['oneOf']>[number];

function all(...fields: readonly Field[]): Field {
  return (target, property) => {
    for (const field of fields) field(target, property);
  };
}

/** The field may be left out. `null` is no way to leave it out: the contracts know no null. */
export function Optional(): Field {
  return ValidateIf((_object, value: unknown) => value !== undefined);
}

export function Text({ min = 0, max = 1_000 }: { readonly min?: number; readonly max?: number } = {}): Field {
  const fields = [IsString({ message: 'must be a text' })];
  if (min > 0) fields.push(MinLength(min, { message: min === 1 ? 'must not be empty' : `must have ${String(min)} characters or more` }));
  if (max < Infinity) fields.push(MaxLength(max, { message: `must have ${String(max)} characters or fewer` }));
  return all(...fields);
}

/** As long as the request may be. */
export function LongText(): Field {
  return Text({ max: Infinity });
}

export function TextLike(pattern: RegExp, rule: string): Field {
  return Matches(pattern, { message: rule });
}

export function Flag(): Field {
  return IsBoolean({ message: 'must be true or false' });
}

export function Whole(min: number, max: number): Field {
  const options = { message: `must be a whole number from ${String(min)} to ${String(max)}` };
  return all(IsInt(options), Min(min, options), Max(max, options));
}

export function Numeric(min: number, max: number): Field {
  const options = { message: `must be a number from ${String(min)} to ${String(max)}` };
  return all(IsNumber({ allowNaN: false, allowInfinity: false }, options), Min(min, options), Max(max, options));
}

export function OneOf(values: readonly string[]): Field {
  return IsIn(values, { message: `must be one of ${values.join(', ')}` });
}

/** A rule of its own. It sees the whole object where a rule is about several fields. */
export function Rule(rule: string, holds: (value: unknown, object: object) => boolean, options: ValidationOptions = {}): Field {
  return ValidateBy(
    { name: rule, validator: { validate: (value: unknown, argument) => holds(value, argument?.object ?? {}), defaultMessage: () => rule } },
    options,
  );
}

/** RFC 3339, with its offset. */
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

export function Time(): Field {
  const isTime = (value: unknown): boolean => typeof value === 'string' && time.test(value) && !Number.isNaN(Date.parse(value));
  return Rule('must be a time as 2030-01-31T12:00:00Z', isTime);
}

export function TextList(max: number): Field {
  const isTextList = (value: unknown): boolean =>
    Array.isArray(value) && value.length <= max && value.every((item) => typeof item === 'string');
  return Rule(`must be a list of at most ${String(max)} texts`, isTextList);
}

export function TextRecord(): Field {
  return Rule('must be an object of texts', (value) => isRecord(value) && Object.values(value).every((item) => typeof item === 'string'));
}

const deepest = 64;

/** A JSON object that goes on as it came. */
export function Json(): Field {
  return Rule(`must be a JSON object of at most ${String(deepest)} levels`, (value) => isRecord(value) && jsonDepth(value) <= deepest);
}

/** By provider id, an object each. */
export function JsonByProvider(): Field {
  const holds = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isRecord) && jsonDepth(value) <= deepest;
  return Rule('must be an object with an object for each provider', holds);
}

/** For the field that says which kind of thing an object is. */
export function ExactlyOne(names: readonly string[]): Field {
  const holds = (_value: unknown, object: object): boolean => names.filter((name) => name in object).length === 1;
  return Rule(`needs exactly one of ${names.join(', ')} beside it`, holds);
}

/** An object that has a DTO of its own. */
export function Nested(type: () => RequestType): Field {
  return all(noteNested(type), Rule('must be an object', isRecord));
}

/** An object of the kind that its `type` says. */
export function NestedByType(types: Readonly<Record<string, RequestType>>): Field {
  const kinds = Object.values(types).map((type) => ({ $ref: getSchemaPath(type) }));
  return all(
    noteNested(() => types),
    Rule('must be an object', isRecord),
    Described(kinds),
  );
}

export function ListOf(type: () => RequestType, { min = 0, max }: { readonly min?: number; readonly max: number }): Field {
  const holds = (value: unknown): boolean => Array.isArray(value) && value.length >= min && value.length <= max;
  return all(noteNested(type), Rule(`must be a list of ${String(min)} to ${String(max)} objects`, holds));
}

/** A text, or a list of objects of the kinds that their `type` says. */
export function TextOrListOf(types: Readonly<Record<string, RequestType>>, what: string): Field {
  const holds = (value: unknown): boolean => typeof value === 'string' || (Array.isArray(value) && value.length <= 10_000);
  const items = { oneOf: Object.values(types).map((type) => ({ $ref: getSchemaPath(type) })) };
  return all(
    noteNested(() => types),
    Rule(`must be a text or a list of ${what}`, holds),
    Described([{ type: 'string' }, { type: 'array', items }]),
  );
}

/** What the description of the API says of a field that may be of several kinds; its type alone would say "an object". */
export function Described(kinds: readonly Kind[]): Field {
  return ApiProperty({ oneOf: [...kinds] });
}
