import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';

import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions, FastifyInstance, FastifyRequest } from 'fastify';

import { Authenticator } from '../../core/access/authenticator.js';
import { RunningAnswers } from '../../core/chat/running-answers.js';
import { Idempotency } from '../../core/idempotency/idempotency.js';
import { Limits } from '../../core/limits.js';
import type { RequestObserver } from '../../core/telemetry/request-observer.port.js';
import { mountDoors } from './doors/mount-doors.js';
import { errorFromHttp } from './error-from-http.js';
import { requestTimeoutMs, sizeLimits } from '../requests/size-limits.js';
import { mountOpenApi } from './openapi.js';
import { repeatAnswers } from './idempotent-requests.js';
import { overheadMeter } from './overhead.js';
import { pathOf } from './path-of.js';
import { ProblemFilter, sendProblem } from './problem.filter.js';
import { notesOf } from './request-notes.js';
import { refuseUnreadable } from './refuse-unreadable.js';
import { admit, requestObservers, watchRequest } from './watch-request.js';

/** A route may allow more in its configuration. */
const bodyLimit = sizeLimits.other;

/** Fastify as the gateway runs it. Bodies are JSON and nothing else. */
export function gatewayAdapter(): FastifyAdapter {
  const options: FastifyHttpOptions<Server> = {
    http: { maxHeaderSize: sizeLimits.headers },
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    clientErrorHandler: refuseUnreadable,
    genReqId: ({ headers }) => givenId(headers['x-request-id']) ?? randomUUID(),
    routerOptions: { maxParamLength: sizeLimits.parameter },
    // What the router cannot read never comes to Nest.
    frameworkErrors: (error, request, reply) => {
      const failed = { method: request.method, path: pathOf(request.url), contentType: '', bodyLimit };
      reply.header('x-request-id', request.id);
      sendProblem(reply, errorFromHttp(error, failed), request.id);
    },
  };
  const adapter = new FastifyAdapter(options);
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.removeAllContentTypeParsers();
  const parseJson = fastify.getDefaultJsonParser('error', 'ignore');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Clients send the content type of JSON with a DELETE as well, and nothing after it.
    if (body === '') done(null, undefined);
    else void parseJson(request, String(body), done);
  });
  fastify.addHook('onRoute', (route) => {
    if (route.config !== undefined && 'bodyLimit' in route.config) route.bodyLimit = Number(route.config.bodyLimit);
  });
  return adapter;
}

/** What the gateway does for all routes; to be called before the application listens. */
export function prepareGateway(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const authenticator = app.get(Authenticator);
  const observers = app.get<unknown, readonly RequestObserver[]>(requestObservers, { strict: false });
  const logger = new Logger('Http');
  app.get(RunningAnswers, { strict: false }).limitTo(app.get<unknown, Limits>(Limits, { strict: false }).answers);
  app.useGlobalFilters(new ProblemFilter());
  fastify.addHook('onRequest', (request, reply, done) => {
    // On the raw answer, since a stream is written past Fastify.
    reply.raw.setHeader('x-request-id', request.id);
    watchRequest(request, reply, logger, observers);
    const overhead = overheadMeter();
    notesOf(request).overhead = overhead;
    const going = (): void => {
      overhead.bodyAwaited();
      done();
    };
    if (isNative(request)) authenticate(request, authenticator).then(going, done);
    else going();
  });
  repeatAnswers(fastify, app.get(Idempotency, { strict: false }));
  mountOpenApi(app);
  mountDoors(app);
}

/** By the route that the router found, since an address may be written in many ways. */
function isNative({ routeOptions: { url } }: FastifyRequest): boolean {
  return url?.startsWith('/api/') === true;
}

/** Before a stranger's body is read. */
async function authenticate(request: FastifyRequest, authenticator: Authenticator): Promise<void> {
  await admit(request, request.headers.authorization, authenticator);
}

function givenId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : undefined;
}
