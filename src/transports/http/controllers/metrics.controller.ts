import { Controller, Get, Inject, Req, Res, UseFilters } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Authenticator } from '../../../core/access/authenticator.js';
import { requireScope } from '../../../core/access/may-use.js';
import { MetricsPage } from '../../../core/telemetry/metrics-page.port.js';
import { ProblemFilter } from '../problem.filter.js';
import { admit } from '../watch-request.js';

/** Under this token the wiring says whether the metrics are anybody's. */
export const areMetricsOpen = Symbol.for('maestro/http/are-metrics-open');

/** For scrapers: they say how much there is of what, of all callers together, so a key needs scope `admin`. */
@Controller('metrics')
@ApiTags('health')
@ApiBearerAuth()
@UseFilters(ProblemFilter)
export class MetricsController {
  constructor(
    @Inject(MetricsPage) private readonly page: MetricsPage,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(areMetricsOpen) private readonly isOpen: boolean,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The metrics of this process, as Prometheus reads them' })
  @ApiOkResponse({ content: { 'text/plain': {} } })
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.isOpen) requireScope(await admit(request, request.headers.authorization, this.authenticator), 'admin');
    await reply.type(this.page.contentType).send(await this.page.text());
  }
}
