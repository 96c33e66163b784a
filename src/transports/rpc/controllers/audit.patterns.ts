import { Inject } from '@nestjs/common';

import type { Caller } from '../../../contracts/caller.js';
import { Audit } from '../../../core/audit/audit.js';
import { AuditListDto, ListAuditDto } from '../../requests/audit.dto.js';
import { pageFrom } from '../../requests/page.js';
import { Pattern } from '../pattern.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCaller, Query } from '../rpc.guard.js';

@RpcApi()
export class AuditPatterns {
  constructor(@Inject(Audit) private readonly audit: Audit) {}

  @Pattern('audit.list')
  async list(@CurrentCaller() caller: Caller, @Query(ListAuditDto) query: ListAuditDto): Promise<AuditListDto> {
    return new AuditListDto(await this.audit.for(caller).list(pageFrom(query)));
  }
}
