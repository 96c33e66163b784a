import { Inject } from '@nestjs/common';

import type { Caller } from '../../../contracts/caller.js';
import { Secret } from '../../../contracts/secret.js';
import { Logins } from '../../../core/login/logins.js';
import { BeginLoginDto, LoginAnswerDto } from '../../requests/login.dto.js';
import { CompleteLoginMessage, IdMessage } from '../../requests/messages.dto.js';
import { SessionAnswerDto } from '../../requests/session-answer.dto.js';
import { Pattern } from '../pattern.js';
import { Gone } from '../request-course.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCaller, Data } from '../rpc.guard.js';

@RpcApi()
export class LoginsPatterns {
  constructor(@Inject(Logins) private readonly logins: Logins) {}

  @Pattern('logins.begin')
  async begin(
    @CurrentCaller() caller: Caller,
    @Data(BeginLoginDto) { ...request }: BeginLoginDto,
    @Gone() signal: AbortSignal,
  ): Promise<LoginAnswerDto> {
    return new LoginAnswerDto(await this.logins.for(caller).begin({ ...request, signal }));
  }

  @Pattern('logins.get')
  async get(@CurrentCaller() caller: Caller, @Data(IdMessage) { id }: IdMessage): Promise<LoginAnswerDto> {
    return new LoginAnswerDto(await this.logins.for(caller).get(id));
  }

  @Pattern('logins.complete')
  async complete(
    @CurrentCaller() caller: Caller,
    @Data(CompleteLoginMessage) { id, code }: CompleteLoginMessage,
  ): Promise<SessionAnswerDto> {
    return new SessionAnswerDto(await this.logins.for(caller).complete(id, Secret.of(code)));
  }

  @Pattern('logins.delete')
  async delete(@CurrentCaller() caller: Caller, @Data(IdMessage) { id }: IdMessage): Promise<null> {
    await this.logins.for(caller).cancel(id);
    return null;
  }
}
