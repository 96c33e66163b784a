import type { DynamicModule, FactoryProvider, ModuleMetadata, Provider } from '@nestjs/common';
import { Module } from '@nestjs/common';

import type { Secret } from '../../contracts/secret.js';
import { adminKey, Authenticator } from '../../core/access/authenticator.js';
import { RunningAnswersModule } from '../../core/chat/running-answers.js';
import { MetricsPage } from '../../core/telemetry/metrics-page.port.js';
import type { RequestObserver } from '../../core/telemetry/request-observer.port.js';
import { AuthGuard } from './auth.guard.js';
import { AuditController } from './controllers/audit.controller.js';
import { CallersController } from './controllers/callers.controller.js';
import { ChatController } from './controllers/chat.controller.js';
import { ContextsController } from './controllers/contexts.controller.js';
import { HealthController } from './controllers/health.controller.js';
import { LoginsController } from './controllers/logins.controller.js';
import { areMetricsOpen, MetricsController } from './controllers/metrics.controller.js';
import { ModelsController } from './controllers/models.controller.js';
import { OAuthCallbackController } from './controllers/oauth-callback.controller.js';
import { ProvidersController } from './controllers/providers.controller.js';
import { SessionsController } from './controllers/sessions.controller.js';
import { UsageController } from './controllers/usage.controller.js';
import { DoorWalk } from './doors/door-walk.js';
import { requestObservers } from './watch-request.js';

type Imported = NonNullable<ModuleMetadata['imports']>[number];

export interface MaestroHttpOptions {
  /** The `MaestroModule` to serve: the same object that the application imports. */
  readonly maestro: Imported;
  /** Exports `Health`; absent: no health routes. */
  readonly health?: Imported;
  /** The key that opens everything: a `Secret` of 32 characters or more, or a factory's. */
  readonly adminKey: Secret | Pick<FactoryProvider<Secret>, 'inject' | 'useFactory'>;
  /** What `/metrics` gives; absent: there is no such route. */
  readonly metrics?: MetricsPage;
  /** `/metrics` asks for no key. Default: it takes one with scope `admin`. */
  readonly areMetricsOpen?: boolean;
  /** Told of every request. */
  readonly observers?: readonly RequestObserver[];
}

/** The native API on Fastify, in an application of one's own. */
@Module({})
export class MaestroHttpModule {
  static forRoot(options: MaestroHttpOptions): DynamicModule {
    const { maestro, health, adminKey: key, metrics } = options;
    return {
      module: MaestroHttpModule,
      imports: [maestro, RunningAnswersModule, ...(health === undefined ? [] : [health])],
      controllers: [
        ProvidersController,
        SessionsController,
        LoginsController,
        OAuthCallbackController,
        ModelsController,
        ChatController,
        ContextsController,
        AuditController,
        CallersController,
        UsageController,
        ...(health === undefined ? [] : [HealthController]),
        ...(metrics === undefined ? [] : [MetricsController]),
      ],
      providers: [
        'useFactory' in key ? { provide: adminKey, ...key } : { provide: adminKey, useValue: key },
        { provide: requestObservers, useValue: options.observers ?? [] },
        ...(metrics === undefined ? [] : metricsProviders(metrics, options.areMetricsOpen === true)),
        Authenticator,
        AuthGuard,
        DoorWalk,
      ],
      exports: [Authenticator, RunningAnswersModule],
    };
  }
}

function metricsProviders(page: MetricsPage, isOpen: boolean): Provider[] {
  return [
    { provide: MetricsPage, useValue: page },
    { provide: areMetricsOpen, useValue: isOpen },
  ];
}
