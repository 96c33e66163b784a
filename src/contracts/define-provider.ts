import type { DynamicModule, Type } from '@nestjs/common';

import type { ApiKeyBehaviour } from './behaviours/api-key.behaviour.js';
import type { BehaviourKind } from './behaviours/behaviour.js';
import { behaviourKinds } from './behaviours/behaviour.js';
import type { ContextBehaviour } from './behaviours/context.behaviour.js';
import type { ModelsBehaviour } from './behaviours/models.behaviour.js';
import type { OAuthBehaviour } from './behaviours/oauth.behaviour.js';
import type { StreamingBehaviour } from './behaviours/streaming.behaviour.js';
import type { ProviderImports } from './imports.js';
import type {
  BehaviourClass,
  DialectSupport,
  Limitation,
  LocalServerTraits,
  LoginTraits,
  ProviderManifest,
  SettingDefinition,
} from './manifest.js';
import { contractVersion } from './manifest.js';
import type { HttpClient, ProviderSettings } from './provider-client.js';
import type { ProviderId } from './provider-id.js';
import type { ProviderSimulator } from './simulator.js';

/**
 * What a provider's classes may ask for in their constructors: `@Inject(providerSettings)`, `@Inject(providerHttp)`.
 * A class is made even where a setting that it needs is missing (it is then not offered): its constructor must not fail for that.
 */
export const providerSettings = Symbol.for('maestro/provider-settings');
export const providerHttp = Symbol.for('maestro/provider-http');

/** Where an instance's registry finds the class bound as a behaviour. */
export function behaviourToken(instance: string, provider: string, kind: BehaviourKind): symbol {
  return Symbol.for(`maestro/${instance}/${provider}/${kind}`);
}

/** Under this token, and with its instance's name inside, each registered provider leaves its manifest. */
export function manifestToken(instance: string, provider: string): symbol {
  return Symbol.for(`maestro/${instance}/${provider}/manifest`);
}

const registrationMark = Symbol.for('maestro/provider-registration');

/** What `DiscoveryService` finds: whose provider this is, and what it declares. */
export interface ProviderRegistration {
  readonly [registrationMark]: true;
  readonly instance: string;
  readonly manifest: ProviderManifest;
  readonly settings: ProviderSettings;
}

export function providerRegistration(instance: string, manifest: ProviderManifest, settings: ProviderSettings): ProviderRegistration {
  return { [registrationMark]: true, instance, manifest, settings };
}

export function isProviderRegistration(value: unknown): value is ProviderRegistration {
  return typeof value === 'object' && value !== null && registrationMark in value;
}

/** What a Maestro gives to its providers: the way out, and their settings. */
export interface ProviderRuntime {
  readonly http: HttpClient;
  settingsOf(manifest: ProviderManifest): ProviderSettings;
}

/** Under this token the host's module exports its `ProviderRuntime`. */
export const providerRuntime = Symbol.for('maestro/provider-runtime');

/** The Maestro that a provider is registered with. */
export interface ProviderHost {
  /** Tells two Maestros in one application apart. */
  readonly instance: string;
  /** Exports `providerRuntime`; injected, so that it may be made asynchronously. */
  readonly runtimeModule: DynamicModule;
}

export interface ProviderDeclaration {
  readonly id: string;
  readonly displayName: string;
  readonly telemetryName?: string;
  readonly oauth?: BehaviourClass<OAuthBehaviour>;
  readonly apiKey?: BehaviourClass<ApiKeyBehaviour>;
  readonly streaming?: BehaviourClass<StreamingBehaviour>;
  readonly models?: BehaviourClass<ModelsBehaviour>;
  readonly context?: BehaviourClass<ContextBehaviour>;
  readonly dialects?: readonly DialectSupport[];
  readonly settings?: Readonly<Record<string, SettingDefinition>>;
  readonly limitations?: readonly Limitation[];
  readonly login?: LoginTraits;
  readonly imports?: ProviderImports;
  readonly localServer?: LocalServerTraits;
  readonly simulator?: ProviderSimulator;
}

const definitionMark = Symbol.for('maestro/provider-definition');

/** A provider, declared once. Marked with a shared symbol: a definition of another copy of this package is one too. */
export interface ProviderDefinition {
  readonly [definitionMark]: true;
  readonly manifest: ProviderManifest;
  /** A stand-in for the vendor, where its family can play it and its own folder need not hold one. */
  readonly simulator?: ProviderSimulator;
  /** The Nest module that binds each behaviour for one Maestro. */
  register(host: ProviderHost): DynamicModule;
}

export function isProviderDefinition(value: unknown): value is ProviderDefinition {
  return typeof value === 'object' && value !== null && definitionMark in value;
}

/**
 * Declares a provider. What it can do follows from the behaviours that are given here, and nothing else needs to know of it.
 *
 * @example
 * \@Module({})
 * export class AcmeModule {}
 * export default defineProvider(AcmeModule, { id: 'acme', displayName: 'Acme', apiKey: AcmeApiKey, streaming: AcmeStreaming });
 */
export function defineProvider(module: Type, declaration: ProviderDeclaration): ProviderDefinition {
  const given: Partial<Record<BehaviourKind, BehaviourClass | undefined>> = {
    oauth: declaration.oauth,
    'api-key': declaration.apiKey,
    streaming: declaration.streaming,
    models: declaration.models,
    context: declaration.context,
  };
  const behaviours: Partial<Record<BehaviourKind, BehaviourClass>> = {};
  for (const kind of behaviourKinds) {
    const implementation = given[kind];
    if (implementation !== undefined) behaviours[kind] = implementation;
  }
  const manifest: ProviderManifest = {
    contract: contractVersion,
    // Unchecked on purpose: a bad id is a finding of the start-up report, not a crash of the import.
    id: declaration.id as ProviderId,
    displayName: declaration.displayName,
    behaviours,
    dialects: declaration.dialects ?? [],
    settings: declaration.settings ?? {},
    limitations: declaration.limitations ?? [],
    ...(declaration.login !== undefined && { login: declaration.login }),
    ...(declaration.telemetryName !== undefined && { telemetryName: declaration.telemetryName }),
    ...(declaration.imports !== undefined && { imports: declaration.imports }),
    ...(declaration.localServer !== undefined && { localServer: declaration.localServer }),
  };
  return {
    [definitionMark]: true,
    manifest,
    ...(declaration.simulator !== undefined && { simulator: declaration.simulator }),
    register: (host) => moduleOf(module, manifest, host),
  };
}

function moduleOf(module: Type, manifest: ProviderManifest, host: ProviderHost): DynamicModule {
  const bound = behaviourKinds.flatMap((kind) => {
    const implementation = manifest.behaviours[kind];
    return implementation === undefined ? [] : [{ provide: behaviourToken(host.instance, manifest.id, kind), useClass: implementation }];
  });
  return {
    module,
    imports: [host.runtimeModule],
    providers: [
      {
        provide: providerSettings,
        useFactory: (runtime: ProviderRuntime) => runtime.settingsOf(manifest),
        inject: [providerRuntime],
      },
      { provide: providerHttp, useFactory: (runtime: ProviderRuntime) => runtime.http, inject: [providerRuntime] },
      {
        provide: manifestToken(host.instance, manifest.id),
        useFactory: (settings: ProviderSettings) => providerRegistration(host.instance, manifest, settings),
        inject: [providerSettings],
      },
      ...bound,
    ],
    exports: bound.map(({ provide }) => provide),
  };
}
