import type { ProviderDefinition } from '../contracts/define-provider.js';
import { ProviderId } from '../contracts/provider-id.js';
import type { JsonRecord } from '../kit/json-fields.js';
import { textIn } from '../kit/json-fields.js';
import { isRecord, jsonFrom } from '../kit/read-body.js';
import { families } from './families.js';

export interface DeclaredProviders {
  readonly definitions: readonly ProviderDefinition[];
  /** A line each; with one, there are no definitions. */
  readonly problems: readonly string[];
}

/**
 * The providers that a file declares: a list of `{ id, displayName, baseUrl, dialect, differences? }`. Whatever is wrong in it is
 * told at once, a line for each.
 */
export function declaredProviders(fileText: string): DeclaredProviders {
  const value = jsonFrom(fileText);
  if (!Array.isArray(value)) return { definitions: [], problems: ['it must be JSON: a list of providers'] };
  const rows: readonly unknown[] = value;
  const problems = rows.flatMap((row, at) => problemsOf(row, rows.slice(0, at)).map((problem) => `${nameOf(row, at)} ${problem}`));
  return problems.length > 0 ? { definitions: [], problems } : { definitions: rows.filter(isRecord).flatMap(definitionFrom), problems };
}

const known: readonly string[] = ['id', 'displayName', 'baseUrl', 'dialect', 'differences'];

function problemsOf(row: unknown, before: readonly unknown[]): readonly string[] {
  if (!isRecord(row)) return ['must be an object'];
  const { id, displayName, baseUrl, dialect, differences = {} } = row;
  const unknown = Object.keys(row).filter((name) => !known.includes(name));
  return [
    ...unknown.map((name) => `has no field ${JSON.stringify(name)}; there is ${known.join(', ')}`),
    ...(typeof id === 'string' && ProviderId.is(id)
      ? []
      : ['needs an id of 2 to 40 lower-case letters, digits and single hyphens, starting with a letter']),
    ...(before.some((other) => isRecord(other) && other['id'] === id) ? ['has an id that another entry has'] : []),
    ...(typeof displayName === 'string' && displayName.trim() !== '' ? [] : ['needs a displayName']),
    ...(isAddress(baseUrl) ? [] : ['needs a baseUrl that begins with http:// or https:// and has no query']),
    ...(typeof dialect === 'string' && Object.hasOwn(families, dialect)
      ? differenceProblems(dialect, differences)
      : [`needs a dialect: ${Object.keys(families).join(', ')}`]),
  ];
}

function differenceProblems(dialect: string, differences: unknown): readonly string[] {
  if (!isRecord(differences)) return ['differences must be an object'];
  return families[dialect]?.problemsIn(differences) ?? [];
}

function isAddress(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, search, hash, username, password } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && search + hash + username + password === '';
}

function definitionFrom(row: JsonRecord): readonly ProviderDefinition[] {
  const family = families[textIn(row, 'dialect') ?? ''];
  if (family === undefined) return [];
  const { differences } = row;
  return [
    family.providerFor({
      id: textIn(row, 'id') ?? '',
      displayName: textIn(row, 'displayName') ?? '',
      baseUrl: textIn(row, 'baseUrl') ?? '',
      differences: isRecord(differences) ? differences : {},
    }),
  ];
}

function nameOf(row: unknown, at: number): string {
  const id = isRecord(row) ? textIn(row, 'id') : undefined;
  return id === undefined ? `entry ${String(at + 1)}` : `entry ${String(at + 1)} (${id.slice(0, 40)})`;
}
