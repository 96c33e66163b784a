import { Body, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import type { Caller } from '../../../contracts/caller.js';
import { Callers } from '../../../core/access/callers.js';
import {
  AccessReportDto,
  CallerAnswerDto,
  CallerListDto,
  CreateCallerDto,
  GrantAnswerDto,
  GrantDto,
  ListCallersDto,
  NewCallerDto,
  SetDefaultDto,
  WhyDto,
} from '../../requests/caller.dto.js';
import { sessionAddressFrom } from '../../requests/session.dto.js';
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
    @Body(parsedAs(CreateCallerDto)) { name, scopes, expiresAt, limits }: CreateCallerDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewCallerDto> {
    const { account, key } = await this.callers.for(caller).create({
      name,
      ...(scopes !== undefined && { scopes }),
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      ...(limits !== undefined && { limits }),
    });
    reply.header('location', `/api/callers/${account.id}`);
    reply.header('cache-control', 'no-store');
    return new NewCallerDto(account, key.reveal());
  }

  @Get('callers')
  @ApiOperation({ summary: 'The callers, with what each may use; revoked ones, too' })
  async list(@CurrentCaller() caller: Caller, @Query(parsedAs(ListCallersDto)) { limit, cursor }: ListCallersDto): Promise<CallerListDto> {
    const query = { ...(limit !== undefined && { limit: Number(limit) }), ...(cursor !== undefined && { cursor }) };
    return new CallerListDto(await this.callers.for(caller).list(query));
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
  async why(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query(parsedAs(WhyDto)) { session, scope, ...rest }: WhyDto,
  ): Promise<AccessReportDto> {
    const address = sessionAddressFrom(rest.provider === undefined ? { id: session } : { ...rest, name: session });
    return new AccessReportDto(await this.callers.for(caller).why(id, address, scope));
  }
}
