import { ServiceUnavailableException } from '@nestjs/common';
import type { HealthCheckService, HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { Health, HealthCheck, HealthProbe, HealthReport } from '../core/health/health.port.js';

const patienceMs = 2_000;

/** Asks the probes through Terminus. */
export class TerminusHealth implements Health {
  constructor(
    private readonly service: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly probes: readonly HealthProbe[],
  ) {}

  async ready(): Promise<HealthReport> {
    try {
      return { isReady: true, checks: checksFrom((await this.service.check(this.probes.map((probe) => () => this.#ask(probe)))).details) };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as { readonly details: HealthIndicatorResult };
      return { isReady: false, checks: checksFrom(details) };
    }
  }

  async #ask(probe: HealthProbe): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(probe.name);
    const patience = new AbortController();
    const timer = setTimeout(() => {
      patience.abort();
    }, patienceMs);
    try {
      await Promise.race([probe.check({ signal: patience.signal }), rejectedBy(patience.signal)]);
      return indicator.up();
    } catch (error) {
      return indicator.down({
        reason: MaestroError.is(error) ? error.message : patience.signal.aborted ? 'it does not answer' : 'it failed',
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('no answer in time'));
    });
  });
}

function checksFrom(details: HealthIndicatorResult): Readonly<Record<string, HealthCheck>> {
  return Object.fromEntries(
    Object.entries(details).map(([name, { status, reason }]): [string, HealthCheck] => [
      name,
      status === 'up' ? { status } : { status: 'down', ...(typeof reason === 'string' && { reason }) },
    ]),
  );
}
