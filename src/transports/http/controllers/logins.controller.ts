import { Body, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import type { Caller } from '../../../contracts/caller.js';
import { Secret } from '../../../contracts/secret.js';
import type { Session } from '../../../contracts/session.js';
import type { Attempt } from '../../../core/idempotency/idempotency.js';
import { Logins } from '../../../core/login/logins.js';
import { Sessions } from '../../../core/sessions/sessions.js';
import { BeginLoginDto, CompleteLoginDto, LoginAnswerDto } from '../../requests/login.dto.js';
import { SessionAnswerDto } from '../../requests/session-answer.dto.js';
import { CurrentCaller } from '../auth.guard.js';
import { goneAway } from '../gone-away.js';
import { CurrentAttempt } from '../idempotent-requests.js';
import { NativeApi } from '../native-api.decorator.js';
import { parsedAs } from '../request.pipe.js';

@NativeApi('logins')
export class LoginsController {
  constructor(
    @Inject(Logins) private readonly logins: Logins,
    @Inject(Sessions) private readonly sessions: Sessions,
  ) {}

  @Post('logins')
  @ApiOperation({ summary: 'Begin to log in with a provider; the answer says where to go' })
  async begin(
    @CurrentCaller() caller: Caller,
    @Body(parsedAs(BeginLoginDto)) { ...request }: BeginLoginDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginAnswerDto> {
    const login = await this.logins.for(caller).begin({ ...request, signal: goneAway(reply.raw) });
    reply.header('location', `/api/logins/${login.id}`).header('cache-control', 'no-store');
    return new LoginAnswerDto(login);
  }

  @Get('logins/:id')
  @ApiOperation({ summary: 'How far a login is; asks the issuer where the login is by device and it is time to' })
  async one(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginAnswerDto> {
    reply.header('cache-control', 'no-store');
    return new LoginAnswerDto(await this.logins.for(caller).get(id));
  }

  @Post('logins/:id/complete')
  @HttpCode(200)
  @ApiOperation({ summary: 'Bring the code by hand; answers with the session' })
  async complete(
    @CurrentCaller() caller: Caller,
    @CurrentAttempt() attempt: Attempt | undefined,
    @Param('id') id: string,
    @Body(parsedAs(CompleteLoginDto)) { code }: CompleteLoginDto,
  ): Promise<SessionAnswerDto> {
    const made = attempt?.isAgain === true ? await this.madeBefore(caller, id) : undefined;
    return new SessionAnswerDto(made ?? (await this.logins.for(caller).complete(id, Secret.of(code))));
  }

  @Delete('logins/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Give up a login' })
  async cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.logins.for(caller).cancel(id);
  }

  /** What an earlier attempt at the same request came to, where it came to its end. */
  private async madeBefore(caller: Caller, id: string): Promise<Session | undefined> {
    const { sessionId } = await this.logins.for(caller).get(id);
    return sessionId === undefined ? undefined : this.sessions.for(caller).get({ id: sessionId });
  }
}
