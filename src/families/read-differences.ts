import type { JsonRecord } from '../kit/json-fields.js';
import { isRecord } from '../kit/read-body.js';

/** What a difference may be, in words, and whether a value is that. */
export interface Rule {
  readonly is: (value: unknown) => boolean;
  readonly words: string;
}

/** Each difference that a file may declare, by its name. */
export type Rules<T> = { readonly [Name in keyof T]-?: Rule };

export const flag: Rule = { is: (value) => typeof value === 'boolean', words: 'true or false' };
export const wholeNumber: Rule = { is: (value) => Number.isInteger(value) && Number(value) > 0, words: 'a whole number above 0' };
export const text: Rule = { is: isText, words: 'a text' };
export const texts: Rule = { is: (value) => Array.isArray(value) && value.every(isText), words: 'a list of texts' };
export const textsByName: Rule = {
  is: (value) => isRecord(value) && Object.values(value).every(isText),
  words: 'an object of texts',
};

export function oneOf(...words: readonly string[]): Rule {
  return { is: (value) => isText(value) && words.includes(value), words: `one of ${words.join(', ')}` };
}

export function listOf(...words: readonly string[]): Rule {
  const { is } = oneOf(...words);
  return { is: (value) => Array.isArray(value) && value.every(is), words: `a list of ${words.join(', ')}` };
}

/** One line for each difference that has no such name or is of another kind. */
export function problemsIn<T>(differences: JsonRecord, rules: Rules<T>): readonly string[] {
  const known: ReadonlyMap<string, Rule> = new Map(Object.entries<Rule>(rules));
  return Object.entries(differences).flatMap(([name, value]) => {
    const rule = known.get(name);
    if (rule === undefined) return [`has no difference ${JSON.stringify(name)}; there is ${[...known.keys()].join(', ')}`];
    return rule.is(value) ? [] : [`differences.${name} must be ${rule.words}`];
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
