import type { ProviderDefinition } from '../contracts/define-provider.js';
import type { JsonRecord } from '../kit/json-fields.js';
import type { Rules } from './read-differences.js';
import { problemsIn } from './read-differences.js';

/** A vendor that an operator declared: no code of ours knows it. */
export interface DeclaredVendor<Differences = JsonRecord> {
  readonly id: string;
  readonly displayName: string;
  readonly baseUrl: string;
  readonly differences: Differences;
}

/** Vendors that speak one wire, and what they may differ in. */
export interface Family {
  /** A line for each difference that is none, or of the wrong kind. */
  problemsIn(differences: JsonRecord): readonly string[];
  /** Asked for differences without problems only. */
  providerFor(vendor: DeclaredVendor): ProviderDefinition;
}

export function familyOf<T extends object>(rules: Rules<T>, make: (vendor: DeclaredVendor<Partial<T>>) => ProviderDefinition): Family {
  const fits = (differences: JsonRecord): differences is JsonRecord & Partial<T> => problemsIn(differences, rules).length === 0;
  return {
    problemsIn: (differences) => problemsIn(differences, rules),
    providerFor: ({ differences, ...vendor }) => make({ ...vendor, differences: fits(differences) ? differences : {} }),
  };
}
