import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { createParamDecorator, Inject, Injectable, Logger } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { finalize, tap } from 'rxjs';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { httpStatusOf } from '../../contracts/errors/problem.js';
import type { RequestObserver } from '../../core/telemetry/request-observer.port.js';
import { patternOf } from './pattern.js';
import { readerOf, transportOf } from './reader.js';
import { callOf } from './rpc-call.js';

/** Under this token the wiring gives the `RequestObserver`s of messages. */
export const rpcObservers = Symbol.for('maestro/rpc/request-observers');

/** Watches a request from its handler to the end of its answer: whether its reader is there, one line of the log, a word to observers. */
@Injectable()
export class RequestCourse implements NestInterceptor {
  private readonly logger = new Logger('Rpc');

  constructor(@Inject(rpcObservers) private readonly observers: readonly RequestObserver[]) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const begin = performance.now();
    const rpc = context.switchToRpc();
    const call = callOf(rpc.getData());
    const { requestId } = call;
    const reader = readerOf(rpc.getContext());
    call.gone = reader.signal;
    const watches = this.observers.map((observer) => observer.begin({ requestId, method: 'RPC' }));
    const traceparent = watches.find((watch) => watch.traceparent !== undefined)?.traceparent;
    if (call.caller !== undefined)
      call.caller = { ...call.caller, origin: { requestId, ...(traceparent !== undefined && { traceparent }) } };
    let error: MaestroError | undefined;
    return next.handle().pipe(
      tap({
        error: (thrown: unknown) => {
          error = MaestroError.from(thrown);
        },
      }),
      finalize(() => {
        reader.release();
        const pattern = patternOf(context.getHandler());
        const milliseconds = performance.now() - begin;
        const end = {
          status: error === undefined ? 200 : httpStatusOf[error.category],
          isWhole: !reader.signal.aborted,
          ...(error !== undefined && { failure: error.code }),
        };
        for (const watch of watches) watch.end({ ...end, milliseconds, ...(pattern !== undefined && { route: pattern }) });
        this.logger.log({
          ...{ text: 'request', requestId, pattern, transport: transportOf(rpc.getContext()), ...end },
          ...{ milliseconds: Math.round(milliseconds), callerId: call.caller?.id },
        });
      }),
    );
  }
}

/** Aborted when the reader of the answer is known to be gone. */
export const Gone = createParamDecorator((_data: unknown, context: ExecutionContext): AbortSignal => {
  const { gone } = callOf(context.switchToRpc().getData());
  if (gone === undefined) throw new Error('a handler asks for a signal that no RequestCourse made');
  return gone;
});
