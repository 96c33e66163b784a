import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';

import type { Environment } from './config/environment.js';
import { MaestroError } from './contracts/errors/maestro-error.js';
import type { Secret } from './contracts/secret.js';
import { RunningAnswers, RunningAnswersModule } from './core/chat/running-answers.js';
import type { HealthProbe } from './core/health/health.port.js';
import { RefreshAhead } from './core/refresh/refresh-ahead.js';
import { ProviderRegistry } from './core/registry/provider-registry.js';
import { maestroOptionsFrom } from './environment-settings.js';
import { providersDeclaredIn } from './declared-providers.js';
import { MaestroModule } from './maestro.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import type { Telemetry } from './observability/telemetry.js';
import { DatabaseProbe } from './persistence/database-probe.js';
import { SchemaProbe } from './persistence/schema-probe.js';
import type { PersistenceOptions } from './persistence/persistence.module.js';
import { PersistenceModule } from './persistence/persistence.module.js';
import { MaestroHttpModule } from './transports/http/http.module.js';
import { MaestroRpcModule } from './transports/rpc/rpc.module.js';

export interface AppOptions {
  readonly environment: Environment;
  readonly adminKey: Secret;
  readonly persistence: PersistenceOptions;
  /** Absolute. */
  readonly providersFolders: readonly string[];
  readonly telemetry: Telemetry;
}

const registryProbe = Symbol('maestro/registry-probe');

/** The gateway: Maestro, its database, its routes. */
@Module({})
export class AppModule {
  static forRoot({ environment, adminKey, persistence: options, providersFolders, telemetry }: AppOptions): DynamicModule {
    const persistence = PersistenceModule.forRoot(options);
    const { metrics, requestObservers, streamObservers: observers, refreshObservers } = telemetry;
    const maestro = MaestroModule.forRoot({
      ...maestroOptionsFrom(environment),
      providers: providersDeclaredIn(environment),
      ...(environment.isFindingLocal && { findLocal: 'at-start' }),
      ...{ observers, refreshObservers, refreshAhead: true, persistence, providersFolders },
    });
    const health = ObservabilityModule.forRoot({
      imports: [persistence, RegistryProbeModule.of(maestro), RunningAnswersModule],
      probes: [DatabaseProbe, SchemaProbe, registryProbe, RefreshAhead, RunningAnswers],
    });
    const { areMetricsOpen } = environment;
    const http = MaestroHttpModule.forRoot({ maestro, health, adminKey, metrics, areMetricsOpen, observers: requestObservers });
    return {
      module: AppModule,
      imports: [maestro, health, http, MaestroRpcModule.forRoot({ maestro, adminKey, observers: requestObservers })],
    };
  }
}

@Module({})
class RegistryProbeModule {
  static of(maestro: DynamicModule): DynamicModule {
    return {
      module: RegistryProbeModule,
      imports: [maestro],
      providers: [{ provide: registryProbe, useFactory: probeOf, inject: [ProviderRegistry] }],
      exports: [registryProbe, maestro],
    };
  }
}

function probeOf(registry: ProviderRegistry): HealthProbe {
  return {
    name: 'providers',
    async check() {
      if (registry.listProviders().length === 0) throw new MaestroError('gateway.not-ready', { reason: 'no provider is served' });
    },
  };
}
