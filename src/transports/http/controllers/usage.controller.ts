import { Get, Inject, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';

import type { Caller } from '../../../contracts/caller.js';
import { UsageReports } from '../../../core/usage/usage-reports.js';
import { UsageReportDto } from '../../requests/usage-answer.dto.js';
import { ListUsageDto, usageQueryFrom } from '../../requests/usage.dto.js';
import { CurrentCaller } from '../auth.guard.js';
import { NativeApi } from '../native-api.decorator.js';
import { parsedAs } from '../request.pipe.js';

@NativeApi('usage')
export class UsageController {
  constructor(@Inject(UsageReports) private readonly usage: UsageReports) {}

  @Get('usage')
  @ApiOperation({ summary: 'Requests, tokens, errors and latency, by the hour: one’s own, for admins everybody’s' })
  async list(@CurrentCaller() caller: Caller, @Query(parsedAs(ListUsageDto)) query: ListUsageDto): Promise<UsageReportDto> {
    return new UsageReportDto(await this.usage.for(caller).list(usageQueryFrom(query)));
  }
}
