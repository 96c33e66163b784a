import { Inject } from '@nestjs/common';

import type { Caller } from '../../../contracts/caller.js';
import { Callers } from '../../../core/access/callers.js';
import { AccessReportDto, CallerAnswerDto, CallerListDto, GrantAnswerDto, NewCallerDto } from '../../requests/caller-answer.dto.js';
import { CreateCallerDto, newCallerFrom, whyAddressFrom } from '../../requests/caller.dto.js';
import {
  DefaultMessage,
  DropDefaultMessage,
  GrantMessage,
  IdMessage,
  RevokeGrantMessage,
  WhyMessage,
} from '../../requests/messages.dto.js';
import { PageQueryDto } from '../../requests/page.dto.js';
import { pageFrom } from '../../requests/page.js';
import { Pattern } from '../pattern.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCaller, Data, Query } from '../rpc.guard.js';

/** Callers go by their id or their name. */
@RpcApi()
export class CallersPatterns {
  constructor(@Inject(Callers) private readonly callers: Callers) {}

  @Pattern('callers.create')
  async create(@CurrentCaller() caller: Caller, @Data(CreateCallerDto) request: CreateCallerDto): Promise<NewCallerDto> {
    const { account, key } = await this.callers.for(caller).create(newCallerFrom(request));
    return new NewCallerDto(account, key.reveal());
  }

  @Pattern('callers.list')
  async list(@CurrentCaller() caller: Caller, @Query(PageQueryDto) query: PageQueryDto): Promise<CallerListDto> {
    return new CallerListDto(await this.callers.for(caller).list(pageFrom(query)));
  }

  @Pattern('callers.get')
  async get(@CurrentCaller() caller: Caller, @Data(IdMessage) { id }: IdMessage): Promise<CallerAnswerDto> {
    return new CallerAnswerDto(await this.callers.for(caller).get(id));
  }

  @Pattern('callers.delete')
  async delete(@CurrentCaller() caller: Caller, @Data(IdMessage) { id }: IdMessage): Promise<null> {
    await this.callers.for(caller).revoke(id);
    return null;
  }

  @Pattern('callers.why')
  async why(@CurrentCaller() caller: Caller, @Data(WhyMessage) { id, ...query }: WhyMessage): Promise<AccessReportDto> {
    return new AccessReportDto(await this.callers.for(caller).why(id, whyAddressFrom(query), query.scope));
  }

  @Pattern('grants.create')
  async grant(@CurrentCaller() caller: Caller, @Data(GrantMessage) { caller: id, ...grant }: GrantMessage): Promise<GrantAnswerDto> {
    return new GrantAnswerDto(await this.callers.for(caller).grant(id, grant));
  }

  @Pattern('grants.delete')
  async revokeGrant(
    @CurrentCaller() caller: Caller,
    @Data(RevokeGrantMessage) { caller: callerId, id }: RevokeGrantMessage,
  ): Promise<null> {
    await this.callers.for(caller).revokeGrant(callerId, id);
    return null;
  }

  @Pattern('defaults.update')
  async setDefault(
    @CurrentCaller() caller: Caller,
    @Data(DefaultMessage) { caller: id, provider, session }: DefaultMessage,
  ): Promise<CallerAnswerDto> {
    return new CallerAnswerDto(await this.callers.for(caller).setDefault(id, provider, session));
  }

  @Pattern('defaults.delete')
  async dropDefault(
    @CurrentCaller() caller: Caller,
    @Data(DropDefaultMessage) { caller: id, provider }: DropDefaultMessage,
  ): Promise<null> {
    await this.callers.for(caller).setDefault(id, provider, undefined);
    return null;
  }
}
