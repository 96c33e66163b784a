import { Inject } from '@nestjs/common';

import type { ConnectionReport } from '../../../contracts/behaviours/api-key.behaviour.js';
import type { Caller } from '../../../contracts/caller.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { Sessions } from '../../../core/sessions/sessions.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import { credentialsFrom } from '../../requests/credentials.dto.js';
import {
  ChangeSessionMessage,
  CloneSessionMessage,
  DeleteSessionMessage,
  ReplaceCredentialsMessage,
  sessionInMessage,
  SessionMessage,
} from '../../requests/messages.dto.js';
import { pageFrom } from '../../requests/page.js';
import { SessionAnswerDto, SessionListDto } from '../../requests/session-answer.dto.js';
import { CreateSessionDto, ListSessionsDto } from '../../requests/session.dto.js';
import { Pattern } from '../pattern.js';
import { Gone } from '../request-course.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCaller, Data, Query } from '../rpc.guard.js';

@RpcApi()
export class SessionsPatterns {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(UniversalProvider) private readonly provider: UniversalProvider,
  ) {}

  @Pattern('sessions.create')
  async create(
    @CurrentCaller() caller: Caller,
    @Data(CreateSessionDto) { credentials, ...request }: CreateSessionDto,
    @Gone() signal: AbortSignal,
  ): Promise<SessionAnswerDto> {
    return new SessionAnswerDto(await this.sessions.for(caller).create({ ...request, credentials: credentialsFrom(credentials), signal }));
  }

  @Pattern('sessions.list')
  async list(@CurrentCaller() caller: Caller, @Query(ListSessionsDto) query: ListSessionsDto): Promise<SessionListDto> {
    return new SessionListDto(await this.sessions.for(caller).list(pageFrom(query)));
  }

  @Pattern('sessions.get')
  async get(
    @CurrentCaller() caller: Caller,
    @Data(SessionMessage) { session }: InstanceType<typeof SessionMessage>,
  ): Promise<SessionAnswerDto> {
    return new SessionAnswerDto(await this.sessions.for(caller).get(sessionInMessage(session)));
  }

  @Pattern('sessions.update')
  async update(
    @CurrentCaller() caller: Caller,
    @Data(ChangeSessionMessage) { session, ...change }: InstanceType<typeof ChangeSessionMessage>,
  ): Promise<SessionAnswerDto> {
    return new SessionAnswerDto(await this.sessions.for(caller).change(sessionInMessage(session), change));
  }

  @Pattern('sessions.replaceCredentials')
  async replaceCredentials(
    @CurrentCaller() caller: Caller,
    @Data(ReplaceCredentialsMessage) { session, credentials, ...request }: InstanceType<typeof ReplaceCredentialsMessage>,
    @Gone() signal: AbortSignal,
  ): Promise<SessionAnswerDto> {
    const input = { ...request, credentials: credentialsFrom(credentials), signal };
    return new SessionAnswerDto(await this.sessions.for(caller).replaceCredentials(sessionInMessage(session), input));
  }

  @Pattern('sessions.delete')
  async delete(
    @CurrentCaller() caller: Caller,
    @Data(DeleteSessionMessage) { session, ifExists = false }: InstanceType<typeof DeleteSessionMessage>,
  ): Promise<null> {
    try {
      await this.sessions.for(caller).delete(sessionInMessage(session));
    } catch (error) {
      if (!ifExists || !MaestroError.is(error) || error.code !== 'session.not-found') throw error;
    }
    return null;
  }

  @Pattern('sessions.clone')
  async clone(
    @CurrentCaller() caller: Caller,
    @Data(CloneSessionMessage) { session, ...copy }: InstanceType<typeof CloneSessionMessage>,
  ): Promise<SessionAnswerDto> {
    return new SessionAnswerDto(await this.sessions.for(caller).clone(sessionInMessage(session), copy));
  }

  @Pattern('sessions.refresh')
  async refresh(
    @CurrentCaller() caller: Caller,
    @Data(SessionMessage) { session }: InstanceType<typeof SessionMessage>,
    @Gone() signal: AbortSignal,
  ): Promise<SessionAnswerDto> {
    return new SessionAnswerDto(await this.provider.for(caller).refreshSession(sessionInMessage(session), { signal }));
  }

  @Pattern('sessions.test')
  test(
    @CurrentCaller() caller: Caller,
    @Data(SessionMessage) { session }: InstanceType<typeof SessionMessage>,
    @Gone() signal: AbortSignal,
  ): Promise<ConnectionReport> {
    return this.sessions.for(caller).test(sessionInMessage(session), { signal });
  }
}
