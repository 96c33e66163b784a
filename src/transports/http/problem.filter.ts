import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import { httpStatusOf, problemFromError } from '../../contracts/errors/problem.js';
import { errorFromHttp } from './error-from-http.js';
import { pathOf } from './path-of.js';
import { notesOf } from './request-notes.js';

/** Answers every failure with a problem document (RFC 9457). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(failure: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = errorFromHttp(failure, {
      method: request.method,
      path: pathOf(request.url),
      contentType: request.headers['content-type'] ?? '',
      bodyLimit: request.routeOptions.bodyLimit,
    });
    noteFailure(request, error, this.logger);
    if (reply.sent) return;
    sendProblem(reply, error, request.id);
  }
}

/** Leaves the code for the request's log line; what nobody foresaw is logged in full. */
export function noteFailure(request: FastifyRequest, error: MaestroError, logger: Logger): void {
  notesOf(request).failure = error.code;
  if (error.category === 'internal') logger.error({ text: 'a request failed unexpectedly', requestId: request.id, error });
  else if (httpStatusOf[error.category] >= 500) logger.warn({ text: 'a request failed', requestId: request.id, error });
}

export function sendProblem(reply: FastifyReply, error: MaestroError, requestId: string): void {
  const problem = problemFromError(error, requestId);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  // RFC 9110, section 11.6.1: a 401 says how to prove who one is.
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="maestro"');
  if (error.code === 'gateway.shutting-down') reply.header('connection', 'close');
  void reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Seconds. Who cannot serve for the moment always says when to come again. */
function retryAfterOf(error: MaestroError): number | undefined {
  if (error.retryAfterMs !== undefined) return Math.ceil(error.retryAfterMs / 1000);
  return error.category === 'unavailable' ? 1 : undefined;
}
