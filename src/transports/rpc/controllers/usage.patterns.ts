import { Inject } from '@nestjs/common';

import type { Caller } from '../../../contracts/caller.js';
import { UsageReports } from '../../../core/usage/usage-reports.js';
import { UsageReportDto } from '../../requests/usage-answer.dto.js';
import { ListUsageDto, usageQueryFrom } from '../../requests/usage.dto.js';
import { Pattern } from '../pattern.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCaller, Query } from '../rpc.guard.js';

@RpcApi()
export class UsagePatterns {
  constructor(@Inject(UsageReports) private readonly usage: UsageReports) {}

  @Pattern('usage.list')
  async list(@CurrentCaller() caller: Caller, @Query(ListUsageDto) query: ListUsageDto): Promise<UsageReportDto> {
    return new UsageReportDto(await this.usage.for(caller).list(usageQueryFrom(query)));
  }
}
