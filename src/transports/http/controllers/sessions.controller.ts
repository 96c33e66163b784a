import { Body, Delete, Get, HttpCode, Inject, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import type { ConnectionReport } from '../../../contracts/behaviours/api-key.behaviour.js';
import type { Caller } from '../../../contracts/caller.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { Session } from '../../../contracts/session.js';
import { SessionId } from '../../../contracts/session.js';
import type { Attempt } from '../../../core/idempotency/idempotency.js';
import { undefinedIfNotFound } from '../../../core/sessions/session-finder.js';
import { Sessions } from '../../../core/sessions/sessions.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import { credentialsFrom } from '../../requests/credentials.dto.js';
import { pageFrom } from '../../requests/page.js';
import { SessionAnswerDto, SessionListDto } from '../../requests/session-answer.dto.js';
import type { SessionAddressParts } from '../../requests/session.dto.js';
import {
  ChangeSessionDto,
  CloneSessionDto,
  CreateSessionDto,
  DeleteSessionDto,
  ListSessionsDto,
  ReplaceCredentialsDto,
  sessionAddressFrom,
} from '../../requests/session.dto.js';
import { CurrentCaller } from '../auth.guard.js';
import { CurrentAttempt } from '../idempotent-requests.js';
import { NativeApi } from '../native-api.decorator.js';
import { parsedAs } from '../request.pipe.js';
import { goneAway } from '../gone-away.js';

/** The two addresses that a session has. */
const session = ['sessions/:id', 'sessions/:provider/:authType/:name'];
const below = (path: string): string[] => session.map((address) => `${address}/${path}`);

@NativeApi('sessions')
export class SessionsController {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(UniversalProvider) private readonly provider: UniversalProvider,
  ) {}

  @Post('sessions')
  @ApiOperation({ summary: 'Keep a provider account under a name' })
  async create(
    @CurrentCaller() caller: Caller,
    @CurrentAttempt() attempt: Attempt | undefined,
    @Body(parsedAs(CreateSessionDto)) { credentials, ...request }: CreateSessionDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswerDto> {
    const sessions = this.sessions.for(caller);
    const input = { ...request, credentials: credentialsFrom(credentials), signal: goneAway(reply.raw) };
    const created = await madeOnce(sessions, attempt, (known) => sessions.create({ ...input, ...known }));
    reply.header('location', `/api/sessions/${created.id}`);
    return new SessionAnswerDto(created);
  }

  @Get('sessions')
  @ApiOperation({ summary: 'The sessions that the caller may use' })
  async list(@CurrentCaller() caller: Caller, @Query(parsedAs(ListSessionsDto)) query: ListSessionsDto): Promise<SessionListDto> {
    return new SessionListDto(await this.sessions.for(caller).list(pageFrom(query)));
  }

  @Get(session)
  @ApiOperation({ summary: 'One session; never its secret' })
  async one(@CurrentCaller() caller: Caller, @Param() address: SessionAddressParts): Promise<SessionAnswerDto> {
    return new SessionAnswerDto(await this.sessions.for(caller).get(sessionAddressFrom(address)));
  }

  @Patch(session)
  @ApiOperation({ summary: 'Rename, label or disable a session' })
  async change(
    @CurrentCaller() caller: Caller,
    @Param() address: SessionAddressParts,
    @Body(parsedAs(ChangeSessionDto)) request: ChangeSessionDto,
  ): Promise<SessionAnswerDto> {
    return new SessionAnswerDto(await this.sessions.for(caller).change(sessionAddressFrom(address), request));
  }

  @Put(below('credentials'))
  @ApiOperation({ summary: 'Give a session new credentials' })
  async replaceCredentials(
    @CurrentCaller() caller: Caller,
    @Param() address: SessionAddressParts,
    @Body(parsedAs(ReplaceCredentialsDto)) { credentials, ...request }: ReplaceCredentialsDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswerDto> {
    const input = { ...request, credentials: credentialsFrom(credentials), signal: goneAway(reply.raw) };
    return new SessionAnswerDto(await this.sessions.for(caller).replaceCredentials(sessionAddressFrom(address), input));
  }

  @Delete(session)
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a session; its secret is destroyed at once' })
  async delete(
    @CurrentCaller() caller: Caller,
    @CurrentAttempt() attempt: Attempt | undefined,
    @Param() address: SessionAddressParts,
    @Query(parsedAs(DeleteSessionDto)) { ifExists }: DeleteSessionDto,
  ): Promise<void> {
    try {
      await this.sessions.for(caller).delete(sessionAddressFrom(address));
    } catch (error) {
      // Somebody who began the same request, and is gone, may have deleted it.
      const mayBeGone = ifExists === 'true' || attempt?.isAgain === true;
      if (!mayBeGone || !MaestroError.is(error) || error.code !== 'session.not-found') throw error;
    }
  }

  @Post(below('clone'))
  @ApiOperation({ summary: 'Keep the same credentials under another name, too' })
  async clone(
    @CurrentCaller() caller: Caller,
    @CurrentAttempt() attempt: Attempt | undefined,
    @Param() address: SessionAddressParts,
    @Body(parsedAs(CloneSessionDto)) { ...request }: CloneSessionDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswerDto> {
    const sessions = this.sessions.for(caller);
    const cloned = await madeOnce(sessions, attempt, (known) => sessions.clone(sessionAddressFrom(address), { ...request, ...known }));
    reply.header('location', `/api/sessions/${cloned.id}`);
    return new SessionAnswerDto(cloned);
  }

  @Post(below('refresh'))
  @HttpCode(200)
  @ApiOperation({ summary: 'Get new tokens for a login now; answers when they are stored' })
  async refresh(
    @CurrentCaller() caller: Caller,
    @Param() address: SessionAddressParts,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswerDto> {
    const signal = goneAway(reply.raw);
    return new SessionAnswerDto(await this.provider.for(caller).refreshSession(sessionAddressFrom(address), { signal }));
  }

  @Post(below('test'))
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask the provider whether it takes the credential' })
  test(
    @CurrentCaller() caller: Caller,
    @Param() address: SessionAddressParts,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConnectionReport> {
    return this.sessions.for(caller).test(sessionAddressFrom(address), { signal: goneAway(reply.raw) });
  }
}

/** A session that an earlier attempt at the same request made is the answer to this one. */
async function madeOnce(
  sessions: Sessions,
  attempt: Attempt | undefined,
  make: (known: { readonly id?: SessionId }) => Promise<Session>,
): Promise<Session> {
  if (attempt === undefined) return make({});
  const id = SessionId.of(attempt.effectId);
  const made = attempt.isAgain ? await undefinedIfNotFound(sessions.get({ id })) : undefined;
  return made ?? make({ id });
}
