import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { createParamDecorator, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Authenticator } from '../../core/access/authenticator.js';
import { notesOf } from './request-notes.js';
import { admit } from './watch-request.js';

/** Lets in who holds a Maestro key. What the key may do is decided in core, for every transport alike. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(@Inject(Authenticator) private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    // The gateway knows already, from before the body was read.
    if (notesOf(request).caller === undefined) {
      await admit(request, request.headers.authorization, this.authenticator);
    }
    return true;
  }
}

/** The caller that the guard let in. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = notesOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new MaestroError('caller.key-missing', {});
  return caller;
});
