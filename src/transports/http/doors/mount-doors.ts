import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { Authenticator } from '../../../core/access/authenticator.js';
import { RunningAnswers } from '../../../core/chat/running-answers.js';
import { sizeLimits } from '../../requests/size-limits.js';
import { errorFromHttp } from '../error-from-http.js';
import { watchReader } from '../gone-away.js';
import { pathOf } from '../path-of.js';
import { noteFailure } from '../problem.filter.js';
import { notesOf } from '../request-notes.js';
import { overheadMeter } from '../overhead.js';
import { admit } from '../watch-request.js';
import { authorizationOf } from './door-key.js';
import type { RoutedRequest } from './door-route.js';
import { addressesOf, routeOf } from './door-route.js';
import { DoorWalk } from './door-walk.js';
import { doors } from './doors.js';

const bodyLimit = sizeLimits.chat;

/**
 * The doors, straight on the server and not through the pipeline of the native API: they are the hot path, they want bodies as
 * they came, and they answer in other words.
 */
export function mountDoors(app: NestFastifyApplication): void {
  const walk = app.get(DoorWalk);
  const authenticator = app.get(Authenticator);
  const running = app.get(RunningAnswers, { strict: false });
  const logger = new Logger('Http');
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  void fastify.register((plugin, _options, done) => {
    plugin.removeAllContentTypeParsers();
    plugin.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, parsed) => {
      parsed(null, body);
    });
    // Before a stranger's body is read.
    plugin.addHook('onRequest', async (request) => {
      const routed = routedOf(request);
      const notes = notesOf(request);
      notes.route = `${routed.mount}${routed.route?.name ?? '/?'}`;
      // The gateway takes the client's body to be awaited by now; this is work of ours.
      notes.overhead?.bodyRead();
      await admit(request, authorizationOf(request.headers, routed), authenticator);
      notes.overhead?.bodyAwaited();
    });
    plugin.setErrorHandler((failure, request, reply) => {
      refuse(failure, request, reply, logger);
    });
    for (const url of addressesOf(doors)) {
      plugin.all(url, { bodyLimit }, async (request, reply) => serve(request, reply, { walk, running, logger }));
    }
    done();
  });
}

const routes = new WeakMap<FastifyRequest, RoutedRequest>();

function routedOf(request: FastifyRequest): RoutedRequest {
  const routed = routes.get(request) ?? routeOf(doors, request);
  routes.set(request, routed);
  return routed;
}

interface Staff {
  readonly walk: DoorWalk;
  readonly running: RunningAnswers;
  readonly logger: Logger;
}

async function serve(request: FastifyRequest, reply: FastifyReply, { walk, running, logger }: Staff): Promise<void> {
  const { caller, overhead = overheadMeter() } = notesOf(request);
  if (caller === undefined) throw new MaestroError('caller.key-missing', {});
  overhead.bodyRead();
  const answer = watchReader(reply.raw, running.begin());
  try {
    await walk.answer({
      caller,
      overhead,
      routed: routedOf(request),
      method: request.method,
      headers: request.headers,
      body: bytesOf(request.body),
      raw: reply.raw,
      signal: answer.signal,
      takeOver: () => {
        overhead.tell(reply.raw);
        reply.hijack();
      },
      noted: (failure) => {
        const error = MaestroError.from(failure);
        noteFailure(request, error, logger);
        return error;
      },
    });
  } finally {
    answer.end();
  }
}

function bytesOf(body: unknown): Uint8Array | undefined {
  return body instanceof Uint8Array && body.length > 0 ? body : undefined;
}

function refuse(failure: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const error = errorFromHttp(failure, {
    method: request.method,
    path: pathOf(request.url),
    contentType: request.headers['content-type'] ?? '',
    bodyLimit: request.routeOptions.bodyLimit,
  });
  noteFailure(request, error, logger);
  const { status, headers, body } = routedOf(request).door.encodeError(error, request.id);
  // RFC 9110, section 11.6.1: a 401 says how to prove who one is.
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="maestro"');
  if (error.code === 'gateway.shutting-down') reply.header('connection', 'close');
  void reply.status(status).headers(headers).type('application/json').send(JSON.stringify(body));
}
