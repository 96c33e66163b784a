import type { ReasoningOptions } from '../contracts/chat.js';
import type { FieldReader } from './field-reader.js';

// Words of requests that several wires share.

const efforts = ['none', 'minimal', 'low', 'medium', 'high'] as const;

/** How hard to think. More than the highest that every provider knows is that, and is named. */
export function effortFrom(fields: FieldReader, name: string): ReasoningOptions['effort'] {
  const word = fields.text(name);
  const known = efforts.find((effort) => effort === word);
  if (word === undefined || known !== undefined) return known;
  fields.notice(name);
  return word === 'xhigh' || word === 'max' ? 'high' : undefined;
}

/** Texts by name. */
export function metadataFrom(fields: FieldReader): Readonly<Record<string, string>> | undefined {
  const metadata = fields.json('metadata');
  if (metadata === undefined) return undefined;
  const entries = Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (entries.length < Object.keys(metadata).length) fields.problem(`${fields.pathOf('metadata')} must hold texts only`);
  return Object.fromEntries(entries);
}

/** The newer of the two fields counts. */
export function endUserFrom(fields: FieldReader): string | undefined {
  const [safety, user] = [fields.text('safety_identifier'), fields.text('user')];
  if (safety !== undefined && user !== undefined && safety !== user) fields.notice('user');
  return safety ?? user;
}
