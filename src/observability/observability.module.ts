import type { DynamicModule, FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';

import type { HealthProbe } from '../core/health/health.port.js';
import { Health } from '../core/health/health.port.js';
import { TerminusHealth } from './terminus-health.js';

export interface ObservabilityOptions {
  readonly imports?: ModuleMetadata['imports'];
  /** Where the probes come from; each token gives one `HealthProbe`. */
  readonly probes: FactoryProvider['inject'];
}

@Module({})
export class ObservabilityModule {
  static forRoot({ imports = [], probes = [] }: ObservabilityOptions): DynamicModule {
    return {
      module: ObservabilityModule,
      imports: [TerminusModule.forRoot({ logger: false }), ...imports],
      providers: [
        {
          provide: Health,
          inject: [HealthCheckService, HealthIndicatorService, ...probes],
          useFactory: (service: HealthCheckService, indicators: HealthIndicatorService, ...given: readonly HealthProbe[]) =>
            new TerminusHealth(service, indicators, given),
        },
      ],
      exports: [Health],
    };
  }
}
