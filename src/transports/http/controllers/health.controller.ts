import { Controller, Get, Inject, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { HealthReport } from '../../../core/health/health.port.js';
import { Health } from '../../../core/health/health.port.js';
import { ProblemFilter } from '../problem.filter.js';

/** For load balancers and supervisors: no key. */
@Controller('health')
@ApiTags('health')
@UseFilters(ProblemFilter)
export class HealthController {
  constructor(@Inject(Health) private readonly health: Health) {}

  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The process can serve; 503 says what is missing' })
  async ready(): Promise<{ readonly status: 'ok'; readonly checks: HealthReport['checks'] }> {
    const { isReady, checks } = await this.health.ready();
    if (isReady) return { status: 'ok', checks };
    const missing = Object.entries(checks).filter(([, { status }]) => status === 'down');
    throw new MaestroError('gateway.not-ready', { reason: missing.map(([name, { reason = 'down' }]) => `${name}: ${reason}`).join('; ') });
  }
}
