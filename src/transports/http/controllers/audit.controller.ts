import { Get, Inject, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';

import type { Caller } from '../../../contracts/caller.js';
import { Audit } from '../../../core/audit/audit.js';
import { AuditListDto, ListAuditDto } from '../../requests/audit.dto.js';
import { pageFrom } from '../../requests/page.js';
import { CurrentCaller } from '../auth.guard.js';
import { NativeApi } from '../native-api.decorator.js';
import { parsedAs } from '../request.pipe.js';

@NativeApi('audit')
export class AuditController {
  constructor(@Inject(Audit) private readonly audit: Audit) {}

  @Get('audit')
  @ApiOperation({ summary: 'What was changed, newest first; for admins' })
  async list(@CurrentCaller() caller: Caller, @Query(parsedAs(ListAuditDto)) query: ListAuditDto): Promise<AuditListDto> {
    return new AuditListDto(await this.audit.for(caller).list(pageFrom(query)));
  }
}
