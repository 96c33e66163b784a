import type { ArgumentsHost, RpcExceptionFilter } from '@nestjs/common';
import { Catch, Logger } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { throwError } from 'rxjs';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { httpStatusOf, problemFromError } from '../../contracts/errors/problem.js';
import type { RpcCall } from './rpc-call.js';
import { callOf } from './rpc-call.js';

/** Answers every failure with a problem document. */
@Catch()
export class RpcProblemFilter implements RpcExceptionFilter {
  private readonly logger = new Logger('Rpc');

  catch(failure: unknown, host: ArgumentsHost): Observable<never> {
    const error = MaestroError.from(failure);
    const call = readable(host.switchToRpc().getData());
    const requestId = call?.requestId;
    // A request that its guard let pass is logged when it is over.
    if (call?.caller === undefined) this.logger.log({ text: 'request', requestId, failure: error.code });
    if (error.category === 'internal') this.logger.error({ text: 'a request failed unexpectedly', requestId, error });
    else if (httpStatusOf[error.category] >= 500) this.logger.warn({ text: 'a request failed', requestId, error });
    return throwError(() => problemFromError(error, requestId));
  }
}

function readable(payload: unknown): RpcCall | undefined {
  try {
    return callOf(payload);
  } catch {
    return undefined;
  }
}
