import type { DynamicModule, FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { Module } from '@nestjs/common';

import type { Secret } from '../../contracts/secret.js';
import { adminKey, Authenticator } from '../../core/access/authenticator.js';
import { RunningAnswersModule } from '../../core/chat/running-answers.js';
import type { RequestObserver } from '../../core/telemetry/request-observer.port.js';
import { AuditPatterns } from './controllers/audit.patterns.js';
import { CallersPatterns } from './controllers/callers.patterns.js';
import { ChatPatterns } from './controllers/chat.patterns.js';
import { ContextsPatterns } from './controllers/contexts.patterns.js';
import { ControlPatterns } from './controllers/control.patterns.js';
import { LoginsPatterns } from './controllers/logins.patterns.js';
import { ModelsPatterns } from './controllers/models.patterns.js';
import { ProvidersPatterns } from './controllers/providers.patterns.js';
import { SessionsPatterns } from './controllers/sessions.patterns.js';
import { UsagePatterns } from './controllers/usage.patterns.js';
import { Peers } from './peers.js';
import { RequestCourse, rpcObservers } from './request-course.js';
import { RpcGuard } from './rpc.guard.js';
import { AnswersUnderWay } from './streams/answers-under-way.js';
import { RunningStreams } from './streams/running-streams.js';
import { StreamPatience, usualPatience } from './streams/stream-patience.js';

type Imported = NonNullable<ModuleMetadata['imports']>[number];

export interface MaestroRpcOptions {
  /** The `MaestroModule` to serve: the same object that the application imports. */
  readonly maestro: Imported;
  /** The key that opens everything: a `Secret` of 32 characters or more, or a factory's. */
  readonly adminKey: Secret | Pick<FactoryProvider<Secret>, 'inject' | 'useFactory'>;
  /** Told of every message that is let in. */
  readonly observers?: readonly RequestObserver[];
  /** How long readers are waited for; what is not given stays as usual. */
  readonly patience?: Partial<StreamPatience>;
}

/** The native API as message patterns. Which transports they come over, `connectRpc` says. */
@Module({})
export class MaestroRpcModule {
  static forRoot({ maestro, adminKey: key, observers = [], patience = {} }: MaestroRpcOptions): DynamicModule {
    return {
      module: MaestroRpcModule,
      imports: [maestro, RunningAnswersModule],
      controllers: [
        ProvidersPatterns,
        SessionsPatterns,
        LoginsPatterns,
        ModelsPatterns,
        ChatPatterns,
        ControlPatterns,
        ContextsPatterns,
        CallersPatterns,
        AuditPatterns,
        UsagePatterns,
      ],
      providers: [
        'useFactory' in key ? { provide: adminKey, ...key } : { provide: adminKey, useValue: key },
        { provide: rpcObservers, useValue: observers },
        { provide: StreamPatience, useValue: { ...usualPatience, ...patience } },
        ...[Authenticator, RpcGuard, RequestCourse],
        ...[RunningStreams, AnswersUnderWay, Peers],
      ],
      exports: [Peers, RunningAnswersModule],
    };
  }
}
