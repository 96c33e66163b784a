import type { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Caller } from '../../contracts/caller.js';
import type { Authenticator } from '../../core/access/authenticator.js';
import type { RequestObserver } from '../../core/telemetry/request-observer.port.js';
import { bearerKeyFrom } from './bearer-key.js';
import { notesOf } from './request-notes.js';

/** Under this token the wiring gives the `RequestObserver`s of the gateway. */
export const requestObservers = Symbol.for('maestro/http/request-observers');

/** From a request's first byte to its answer's last: one line in the log, and a word to those who observe. */
export function watchRequest(request: FastifyRequest, { raw }: FastifyReply, logger: Logger, observers: readonly RequestObserver[]): void {
  const begin = performance.now();
  const { method, id: requestId } = request;
  const traceparent = request.headers['traceparent'];
  const incoming = { requestId, method, ...(typeof traceparent === 'string' && { traceparent }) };
  const watches = observers.map((observer) => observer.begin(incoming));
  const notes = notesOf(request);
  const place = watches.find((watch) => watch.traceparent !== undefined)?.traceparent;
  notes.origin = { requestId, ...(place !== undefined && { traceparent: place }) };
  raw.once('close', () => {
    const { caller, failure, overhead } = notes;
    // The route, or nothing: an address of nobody's may hold anything.
    const route = notes.route ?? request.routeOptions.url;
    const { statusCode: status, writableFinished: isWhole } = raw;
    const milliseconds = performance.now() - begin;
    const overheadMs = overhead?.milliseconds;
    for (const watch of watches) {
      watch.end({
        status,
        isWhole,
        milliseconds,
        ...(route !== undefined && { route }),
        ...(failure !== undefined && { failure }),
        ...(overheadMs !== undefined && { overheadMs }),
      });
    }
    logger[levelOf(route)]({
      text: 'request',
      requestId,
      method,
      route,
      status,
      milliseconds: Math.round(milliseconds),
      isWhole,
      callerId: caller?.id,
      failure,
    });
  });
}

/**
 * Finds out who sends a request, and lets them in.
 *
 * @throws MaestroError what says that they are not known
 */
export async function admit(request: FastifyRequest, authorization: string | undefined, authenticator: Authenticator): Promise<Caller> {
  return letIn(request, await authenticator.callerOf(bearerKeyFrom(authorization), request.socket.remoteAddress));
}

/** The caller who was let in, with the request it came with. */
function letIn(request: FastifyRequest, caller: Caller): Caller {
  const notes = notesOf(request);
  notes.caller = { ...caller, origin: notes.origin ?? { requestId: request.id } };
  return notes.caller;
}

/** Supervisors ask every second, scrapers every few. */
function levelOf(route: string | undefined): 'debug' | 'log' {
  return route?.startsWith('/health/') === true || route === '/metrics' ? 'debug' : 'log';
}
