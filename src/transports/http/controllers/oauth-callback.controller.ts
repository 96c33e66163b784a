import { Controller, Get, Inject, Logger, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { Logins } from '../../../core/login/logins.js';
import type { LoginPage } from '../../requests/login-page.js';
import { failurePage, lookingPage, successPage } from '../../requests/login-page.js';
import { noteFailure } from '../problem.filter.js';

/** Where issuers send browsers back to. No key: the state in the address is one, good for once. */
@Controller('oauth')
@ApiExcludeController()
export class OAuthCallbackController {
  private readonly logger = new Logger('Http');

  constructor(@Inject(Logins) private readonly logins: Logins) {}

  @Get('callback')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { status, headers, html } = isLooking(request) ? lookingPage() : await this.pageFor(request);
    await reply.status(status).headers(headers).send(html);
  }

  private async pageFor(request: FastifyRequest): Promise<LoginPage> {
    try {
      return successPage(await this.logins.finish(queryOf(request.url)));
    } catch (failure) {
      const error = MaestroError.from(failure);
      noteFailure(request, error, this.logger);
      return failurePage(error);
    }
  }
}

/** A login is spent by who comes, not by who looks whether the page is there. */
function isLooking({ method, headers }: FastifyRequest): boolean {
  return method === 'HEAD' || [headers['sec-purpose'], headers['purpose']].some((purpose) => String(purpose).includes('prefetch'));
}

function queryOf(url: string): string {
  const begin = url.indexOf('?');
  return begin < 0 ? '' : url.slice(begin + 1);
}
