import type { BehaviourKind } from './behaviours/behaviour.js';
import type { ProviderImports } from './imports.js';
import type { ProviderId } from './provider-id.js';
import type { LoginMethod } from './tokens.js';
import type { Dialect, WireOperation } from './wire-request.js';

/** The version of these contracts. A provider made for another one is left out, with a finding that says so. */
export const contractVersion = 1;

export interface DialectSupport {
  readonly dialect: Dialect;
  readonly operations: readonly WireOperation[];
}

/** A setting of a provider, read from `<ID>_<SETTING>` (`baseUrl` of `open-thing`: `OPEN_THING_BASE_URL`). */
export interface SettingDefinition {
  /** What it is for, in a line; printed in `.env.example` and in error texts. */
  readonly text: string;
  readonly default?: string;
  readonly isSecret?: boolean;
  /** Without it: `provider` leaves the provider out, a behaviour is not offered. */
  readonly requiredBy?: 'provider' | BehaviourKind;
}

/** What a user must know before relying on a provider or one of its logins. */
export interface Limitation {
  readonly about: BehaviourKind | 'provider';
  readonly text: string;
  /** Where it is written. */
  readonly source?: string;
  /** When that was read, `YYYY-MM-DD`. */
  readonly readOn?: string;
  /** True for a login not meant for third parties: an operator must accept it first. */
  readonly needsConsent?: boolean;
}

/**
 * What an issuer does with a refresh token that was used: nothing (`none`), kill it after `graceSeconds` (`grace`), or kill it
 * at once and take a second use for theft (`strict`).
 */
export type RefreshRotation = 'none' | 'grace' | 'strict';

/** How a provider's OAuth login behaves, for those who run logins and refreshes without knowing the provider. */
export interface LoginTraits {
  readonly methods: readonly LoginMethod[];
  readonly rotation: RefreshRotation;
  /** Of rotation `grace`: how long a used refresh token still works. */
  readonly graceSeconds?: number;
  /** Of an access token whose lifetime the issuer does not tell. */
  readonly defaultLifetimeSeconds: number;
  /** A refresh token that is not used for so long is dead; absent: not known. */
  readonly refreshIdleDays?: number;
}

/** Of a provider whose servers people run on their own machine: its address by default is where they usually listen. */
export interface LocalServerTraits {
  /** What such a server writes as the owner of its models; absent: whatever answers there may be one. */
  readonly ownedBy?: string;
}

/** The word for the key of a server that wants none: it is not sent. */
export const noKey = 'none';

/** A setting that must be there. */
export interface Requirement {
  readonly setting: string;
  readonly environmentName: string;
  readonly requiredBy: 'provider' | BehaviourKind;
  readonly isMet: boolean;
}

/** A class that is bound as a behaviour. Its prototype is checked when the process starts. */
export type BehaviourClass<T extends object = object> = new (...dependencies: never[]) => T;

/** What a provider declares of itself, once. */
export interface ProviderManifest {
  readonly contract: number;
  readonly id: ProviderId;
  readonly displayName: string;
  readonly behaviours: Readonly<Partial<Record<BehaviourKind, BehaviourClass>>>;
  readonly dialects: readonly DialectSupport[];
  readonly settings: Readonly<Record<string, SettingDefinition>>;
  readonly limitations: readonly Limitation[];
  /** Of a provider with `oauth`; absent: take the issuer to be strict. */
  readonly login?: LoginTraits;
  /** What OpenTelemetry's conventions call it (`gen_ai.provider.name`), where that is not its id. */
  readonly telemetryName?: string;
  /** Absent: nothing that other programs keep is recognised as this provider's. */
  readonly imports?: ProviderImports;
  /** Absent: not looked for on this machine. */
  readonly localServer?: LocalServerTraits;
}

/** `baseUrl` of `open-thing` → `OPEN_THING_BASE_URL`. */
export function environmentNameOf(provider: string, setting: string): string {
  const name = setting.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  return `${provider}_${name}`.replaceAll('-', '_').toUpperCase();
}
