import type { BehaviourKind } from './behaviours/behaviour.js';
import type { Feature } from './capabilities.js';
import type { ConformanceReport } from './conformance.js';
import type { ProviderManifest } from './manifest.js';

export type FindingCode =
  | 'behaviour-missing'
  | 'method-missing'
  | 'too-many-parameters'
  | 'fewer-parameters'
  | 'no-auth-behaviour'
  | 'id-invalid'
  | 'id-clash'
  | 'contract-version'
  | 'setting-missing'
  | 'login-traits-missing'
  | 'load-failed';

/** One thing that is not right with a provider. An `error` leaves the provider out; with a `note` it serves. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'error' | 'note';
  /** The provider's id; where it could not be loaded, its folder or package. */
  readonly provider: string;
  readonly behaviour?: BehaviourKind;
  readonly method?: string;
  /** What is wrong and what to do, in a line. */
  readonly text: string;
}

/** What a provider's author says of its conformance, in short: see `ConformanceReport`. */
export interface ConformanceSummary {
  /** The program whose kit ran, with its version. */
  readonly kit: string;
  /** ISO 8601. */
  readonly ranAt: string;
  readonly passed: number;
  readonly skipped: number;
  /** Ids of the checks that the provider does not pass. */
  readonly failed: readonly string[];
}

export interface ProviderCompliance {
  readonly id: string;
  readonly displayName: string;
  readonly status: 'serving' | 'left-out';
  readonly features: readonly Feature[];
  readonly findings: readonly Finding[];
  /** From the report that came with the provider; absent: none came. */
  readonly conformance?: ConformanceSummary;
}

/** How the providers of a Maestro stand since its start. */
export interface ComplianceReport {
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly providers: readonly ProviderCompliance[];
}

/** What an instance's loader tells its registry. */
export interface ProviderLoad {
  /** What was wrong before there was a provider to check. */
  readonly findings: readonly Finding[];
  /** The reports that came with providers, by what those declare. */
  readonly conformance: ReadonlyMap<ProviderManifest, ConformanceReport>;
  /** What finding and loading took. */
  readonly milliseconds: number;
}

export const ProviderLoad = Symbol.for('maestro/provider-load');
