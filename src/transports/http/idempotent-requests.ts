import { createParamDecorator, Logger } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Attempt, Idempotency, KeptAnswer } from '../../core/idempotency/idempotency.js';
import { notesOf } from './request-notes.js';

const header = 'idempotency-key';
const keyForm = /^[\x21-\x7e]{1,255}$/;
const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Beside the body: where what was made is, and that nobody may keep it. */
const keptHeaders = ['location', 'cache-control', 'content-type'];

/** A code is good once, so that it was refused must be told again, too. */
const spends = /^\/api\/logins\/[^/]+\/complete$/;

/**
 * Answers of the native API that come again when their request does: what changes something and brings an `Idempotency-Key`. A
 * chat is none of it, since it changes nothing here. Failures are not kept, as nothing was done then.
 */
export function repeatAnswers(fastify: FastifyInstance, idempotency: Idempotency): void {
  const logger = new Logger('Idempotency');
  fastify.addHook('preHandler', async (request, reply) => {
    const key = request.headers[header];
    const { caller } = notesOf(request);
    if (key === undefined || caller === undefined || !isChange(request)) return;
    if (typeof key !== 'string' || !keyForm.test(key)) {
      throw new MaestroError('request.invalid', { problems: ['Idempotency-Key must be 1 to 255 printable characters without blanks'] });
    }
    const begun = await idempotency.begin({ callerId: caller.id, key, request: textOf(request) });
    if (begun === undefined) return;
    if (!('status' in begun)) notesOf(request).attempt = begun;
    else await repeat(reply, begun);
  });
  fastify.addHook('onSend', async (request, reply, payload) => {
    const notes = notesOf(request);
    const { attempt } = notes;
    if (attempt === undefined) return;
    delete notes.attempt;
    const isKept = reply.statusCode < 300 || (spends.test(pathOf(request)) && reply.statusCode < 500 && reply.statusCode !== 429);
    try {
      if (isKept) await idempotency.keep(attempt, answerOf(reply, payload));
      else await idempotency.forget(attempt);
    } catch (error) {
      // It is answered all the same; who repeats it is told that it is under way, and later that it is taken over.
      logger.warn({ text: 'the answer of an idempotent request was not kept', requestId: request.id, error });
    }
  });
}

/** The attempt that a request with an `Idempotency-Key` is. */
export const CurrentAttempt = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Attempt | undefined => notesOf(context.switchToHttp().getRequest<FastifyRequest>()).attempt,
);

function isChange({ method, routeOptions: { url } }: FastifyRequest): boolean {
  return changing.has(method) && url?.startsWith('/api/') === true && url !== '/api/chat';
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? url;
}

function textOf({ method, url, body }: FastifyRequest): string {
  return `${method} ${url}\n${body === undefined ? '' : JSON.stringify(body)}`;
}

function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer {
  const headers = keptHeaders.flatMap((name) => {
    const value = reply.getHeader(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { status: reply.statusCode, headers: Object.fromEntries(headers), body: typeof payload === 'string' ? payload : '' };
}

async function repeat(reply: FastifyReply, { status, headers, body }: KeptAnswer): Promise<void> {
  void reply.status(status).headers({ ...headers, 'idempotency-replayed': 'true' });
  await reply.send(body === '' ? undefined : body);
}
