import type { DynamicModule, FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';

import { Clock, systemClock } from './contracts/clock.js';
import type { ProviderDefinition, ProviderRuntime } from './contracts/define-provider.js';
import { providerRuntime } from './contracts/define-provider.js';
import { CallerKeys } from './core/access/caller-keys.js';
import { CallerMeter } from './core/access/caller-meter.js';
import { WrongKeys } from './core/access/wrong-keys.js';
import { Callers } from './core/access/callers.js';
import { Audit } from './core/audit/audit.js';
import { Chat } from './core/chat/chat.js';
import { Forwarding } from './core/chat/forwarding.js';
import { Observers } from './core/chat/observers.js';
import { RetryMeans, systemRetryMeans } from './core/chat/retries.js';
import type { StreamObserverFactory } from './core/chat/stream-observer.port.js';
import { streamObservers } from './core/chat/stream-observer.port.js';
import { ContextLog } from './core/contexts/context-log.js';
import { ContextTurns } from './core/contexts/context-turns.js';
import { Contexts } from './core/contexts/contexts.js';
import type { CoreOptions, RefreshAheadOptions } from './core/core-options.js';
import { coreOptions } from './core/core-options.js';
import { Idempotency } from './core/idempotency/idempotency.js';
import { Imports } from './core/import/imports.js';
import { Limits, usualLimits } from './core/limits.js';
import { LocalServers } from './core/local-servers/local-servers.js';
import { Consents } from './core/login/consents.js';
import { DevicePolls } from './core/login/device-polls.js';
import { LoginCompletion } from './core/login/login-completion.js';
import { LoginKeeping } from './core/login/login-keeping.js';
import { Logins } from './core/login/logins.js';
import type { RegistryOptions } from './core/registry/provider-registry.js';
import { ProviderRegistry, registryOptions } from './core/registry/provider-registry.js';
import type { SettingsLookup } from './core/registry/provider-settings.js';
import { providerSettingsFrom } from './core/registry/provider-settings.js';
import { HotCallers } from './core/access/hot-callers.js';
import { SessionChoice } from './core/access/session-choice.js';
import { AttemptWatch } from './core/refresh/attempt-watch.js';
import { ProviderBreaker } from './core/refresh/provider-breaker.js';
import type { RefreshObserver } from './core/refresh/refresh-observer.port.js';
import { refreshObservers } from './core/refresh/refresh-observer.port.js';
import { RefreshAttempt } from './core/refresh/refresh-attempt.js';
import { RefreshResults } from './core/refresh/refresh-results.js';
import { RefreshTimes, usualTimes } from './core/refresh/refresh-times.js';
import { SessionRefresh } from './core/refresh/session-refresh.js';
import { TokenRefresh } from './core/refresh/token-refresh.js';
import { RefreshAhead } from './core/refresh/refresh-ahead.js';
import { AuthorisedClients } from './core/sessions/authorised-client.js';
import { CredentialCheck } from './core/sessions/credential-check.js';
import { Housekeeping } from './core/sessions/housekeeping.js';
import { LastUsed } from './core/sessions/last-used.js';
import { Revocations } from './core/sessions/revocations.js';
import { SavedAuthentications } from './core/sessions/saved-authentications.js';
import { SecretKeeper } from './core/sessions/secret-keeper.js';
import { SessionCheckup } from './core/sessions/session-checkup.js';
import { HotSessions } from './core/sessions/hot-sessions.js';
import { SessionFinder } from './core/sessions/session-finder.js';
import { Sessions } from './core/sessions/sessions.js';
import { UsageMeter } from './core/usage/usage-meter.js';
import { UsageReports } from './core/usage/usage-reports.js';
import { UsableModels } from './core/models/usable-models.js';
import { UniversalProvider } from './core/universal-provider.js';
import { ProvidersModule } from './discovery/providers.module.js';
import type { HttpClientOptions } from './kit/http-client.js';
import { httpClient } from './kit/http-client.js';
import { Shutdown } from './shutdown.js';

type Imported = NonNullable<ModuleMetadata['imports']>[number];

/** What must be known before the application is put together: which modules there are. */
export interface MaestroParts {
  /** Tells two Maestros in one application apart; default `main`. */
  readonly instance?: string;
  /** Exports `SessionStore`, `CallerStore`, `ContextStore`, `SecretBox`, `Fingerprints`, `AuditLog`, `PendingLogins`, `LoginConsents` and `UsageStore`. */
  readonly persistence: Imported;
  /** Absolute folders that hold `<id>/<id>.module.js`. */
  readonly providersFolders?: readonly string[];
  /** npm packages that export provider definitions. */
  readonly providerPackages?: readonly string[];
  /** The folder whose `node_modules` those packages are in; default: the working folder. */
  readonly packagesFrom?: string;
  /** Definitions that the application has at hand; they come before those that are found. */
  readonly providers?: readonly ProviderDefinition[];
}

/** How a Maestro behaves. Nothing is read from the environment. */
export interface MaestroSettings {
  /** Gives a provider's setting by its environment name; default: there is none. */
  readonly settings?: SettingsLookup;
  readonly http?: HttpClientOptions;
  /** A faulty provider stops the start instead of being left out. */
  readonly strict?: boolean;
  /** A session's own base URL may be http or lie in a private network. */
  readonly allowPrivateUpstreams?: boolean;
  /** Told of every stream. */
  readonly observers?: readonly StreamObserverFactory[];
  /** Told of every refresh of a login. */
  readonly refreshObservers?: readonly RefreshObserver[];
  readonly clock?: Clock;
  /** How patient refreshes are; what is not given stays as usual. */
  readonly refreshTimes?: Partial<RefreshTimes>;
  /** Refreshes sessions before they end, without being asked; default: when they are used. For one that runs all the time. */
  readonly refreshAhead?: boolean | RefreshAheadOptions;
  /** Looks for model servers on this machine, at their usual ports: at the start, or when asked; default: never. */
  readonly findLocal?: 'at-start' | 'when-asked';
  /** Milliseconds that a whole answer may take, from the request to its last event; default 30 minutes. */
  readonly answerTimeoutMs?: number;
  /** Days that usage is kept for, by the hour; default 400. */
  readonly usageDays?: number;
  /** What this process bears; what is not given stays as usual. docs/limits.md */
  readonly limits?: Partial<Limits>;
}

export type MaestroOptions = MaestroParts & MaestroSettings;

export interface MaestroAsyncOptions extends MaestroParts {
  readonly imports?: readonly Imported[];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<MaestroSettings>['useFactory'];
}

const maestroSettings = Symbol.for('maestro/settings');

/** What one Maestro's providers and core are told. A module of its own, since each provider's module imports it. */
@Module({})
class MaestroRuntimeModule {}

/** Maestro as a library: mounts no controller, listens nowhere, reads no environment. */
@Module({})
export class MaestroModule {
  static forRoot(options: MaestroOptions): DynamicModule {
    return MaestroModule.forRootAsync({ ...options, useFactory: () => options });
  }

  static forRootAsync(options: MaestroAsyncOptions): DynamicModule {
    const instance = options.instance ?? 'main';
    const runtimeModule = runtimeModuleOf(instance, options);
    const sources = {
      folders: options.providersFolders ?? [],
      packages: options.providerPackages ?? [],
      packagesFrom: options.packagesFrom ?? process.cwd(),
    };
    const providersModule = ProvidersModule.load(sources, options.providers ?? [], { instance, runtimeModule });
    return {
      module: MaestroModule,
      imports: [DiscoveryModule, options.persistence, runtimeModule, providersModule],
      providers: [
        ProviderRegistry,
        ...[HotSessions, SessionFinder],
        Idempotency,
        ...[CallerMeter, HotCallers, CallerKeys, WrongKeys, Callers],
        SessionChoice,
        SessionCheckup,
        LastUsed,
        AuthorisedClients,
        CredentialCheck,
        SecretKeeper,
        Revocations,
        ProviderBreaker,
        RefreshResults,
        AttemptWatch,
        RefreshAttempt,
        TokenRefresh,
        SessionRefresh,
        RefreshAhead,
        Housekeeping,
        Sessions,
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- Served as long as code from before named sessions needs it.
        SavedAuthentications,
        ...[Consents, LoginKeeping, LoginCompletion, DevicePolls, Logins],
        Audit,
        Imports,
        ContextLog,
        ContextTurns,
        Contexts,
        ...[UsageMeter, UsageReports, Observers],
        Chat,
        Forwarding,
        UniversalProvider,
        UsableModels,
        LocalServers,
        Shutdown,
      ],
      exports: [
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
        ...[UniversalProvider, ProviderRegistry, SessionChoice, Forwarding, UsableModels, Sessions, SavedAuthentications],
        ...[Logins, Consents, Contexts, Audit, Imports],
        Idempotency,
        ...[Callers, CallerKeys, WrongKeys, UsageReports, RefreshAhead, LocalServers],
      ],
    };
  }
}

function runtimeModuleOf(instance: string, { imports = [], inject = [], useFactory }: MaestroAsyncOptions): DynamicModule {
  const derived = <T>(provide: symbol, from: (settings: MaestroSettings) => T): FactoryProvider<T> => ({
    provide,
    useFactory: from,
    inject: [maestroSettings],
  });
  const providers = [
    { provide: maestroSettings, useFactory, inject },
    derived<Clock>(Clock, ({ clock = systemClock }) => clock),
    derived<RefreshTimes>(RefreshTimes, ({ refreshTimes = {} }) => ({ ...usualTimes, ...refreshTimes })),
    derived<Limits>(Limits, ({ limits = {} }) => ({ ...usualLimits, ...limits })),
    derived<RegistryOptions>(registryOptions, ({ strict = false }) => ({ instance, isStrict: strict })),
    derived<CoreOptions>(
      coreOptions,
      ({ allowPrivateUpstreams = false, http, answerTimeoutMs = 30 * 60_000, usageDays = 400, refreshAhead = false, findLocal }) => ({
        allowPrivateUpstreams,
        ...(findLocal !== undefined && { findsLocal: findLocal }),
        ...(refreshAhead !== false && { refreshAhead: refreshAhead === true ? {} : refreshAhead }),
        ...{ answerTimeoutMs, usageDays },
        ownAddressHttp: httpClient({ ...http, isPublicOnly: !allowPrivateUpstreams }),
      }),
    ),
    derived<ProviderRuntime>(providerRuntime, ({ http, settings = () => undefined }) => ({
      http: httpClient(http),
      settingsOf: (manifest) => providerSettingsFrom(manifest, settings),
    })),
    { provide: RetryMeans, useValue: systemRetryMeans },
    derived(streamObservers, ({ observers = [] }) => observers),
    derived(refreshObservers, ({ refreshObservers: given = [] }) => given),
  ];
  return {
    module: MaestroRuntimeModule,
    imports: [...imports],
    providers,
    exports: providers.map(({ provide }) => provide),
  };
}
