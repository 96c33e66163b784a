import { Body, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import type { Caller } from '../../../contracts/caller.js';
import { Callers } from '../../../core/access/callers.js';
import { AccessReportDto, CallerAnswerDto, CallerListDto, GrantAnswerDto, NewCallerDto } from '../../requests/caller-answer.dto.js';
import { CreateCallerDto, GrantDto, newCallerFrom, SetDefaultDto, whyAddressFrom, WhyDto } from '../../requests/caller.dto.js';
import { PageQueryDto } from '../../requests/page.dto.js';
import { pageFrom } from '../../requests/page.js';
import { CurrentCaller } from '../auth.guard.js';
import { NativeApi } from '../native-api.decorator.js';
import { parsedAs } from '../request.pipe.js';

/** Callers go by their id or their name. */
@NativeApi('callers')
export class CallersController {
  constructor(@Inject(Callers) private readonly callers: Callers) {}

  @Post('callers')
  @ApiOperation({ summary: 'Make a caller; its key is told this once. For admins, as all of these' })
  async create(
    @CurrentCaller() caller: Caller,
    @Body(parsedAs(CreateCallerDto)) request: CreateCallerDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewCallerDto> {
    const { account, key } = await this.callers.for(caller).create(newCallerFrom(request));
    reply.header('location', `/api/callers/${account.id}`);
    reply.header('cache-control', 'no-store');
    return new NewCallerDto(account, key.reveal());
  }

  @Get('callers')
  @ApiOperation({ summary: 'The callers, with what each may use; revoked ones, too' })
  async list(@CurrentCaller() caller: Caller, @Query(parsedAs(PageQueryDto)) query: PageQueryDto): Promise<CallerListDto> {
    return new CallerListDto(await this.callers.for(caller).list(pageFrom(query)));
  }

  @Get('callers/:id')
  @ApiOperation({ summary: 'One caller' })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<CallerAnswerDto> {
    return new CallerAnswerDto(await this.callers.for(caller).get(id));
  }

  @Delete('callers/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key: from the next request on it opens nothing' })
  async revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.callers.for(caller).revoke(id);
  }

  @Post('callers/:id/grants')
  @ApiOperation({ summary: 'Let a caller use sessions' })
  async grant(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body(parsedAs(GrantDto)) grant: GrantDto,
  ): Promise<GrantAnswerDto> {
    return new GrantAnswerDto(await this.callers.for(caller).grant(id, grant));
  }

  @Delete('callers/:id/grants/:grantId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take a grant back' })
  async revokeGrant(@CurrentCaller() caller: Caller, @Param('id') id: string, @Param('grantId') grantId: string): Promise<void> {
    await this.callers.for(caller).revokeGrant(id, grantId);
  }

  @Put('callers/:id/defaults/:provider')
  @ApiOperation({ summary: 'Say which session a request means that names none' })
  async setDefault(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('provider') provider: string,
    @Body(parsedAs(SetDefaultDto)) { session }: SetDefaultDto,
  ): Promise<CallerAnswerDto> {
    return new CallerAnswerDto(await this.callers.for(caller).setDefault(id, provider, session));
  }

  @Delete('callers/:id/defaults/:provider')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take a default away' })
  async dropDefault(@CurrentCaller() caller: Caller, @Param('id') id: string, @Param('provider') provider: string): Promise<void> {
    await this.callers.for(caller).setDefault(id, provider, undefined);
  }

  @Get('callers/:id/why')
  @ApiOperation({ summary: 'Why a caller may, or may not, use a session' })
  async why(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query(parsedAs(WhyDto)) query: WhyDto): Promise<AccessReportDto> {
    return new AccessReportDto(await this.callers.for(caller).why(id, whyAddressFrom(query), query.scope));
  }
}
