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
      const { details } = await this.service.check(this.probes.map((probe) => () => this.#ask(probe)));
      return { isReady: true, checks: this.#checksFrom(details) };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as { readonly details: HealthIndicatorResult };
      return { isReady: false, checks: this.#checksFrom(details) };
    }
  }

  #checksFrom(details: HealthIndicatorResult): Readonly<Record<string, HealthCheck>> {
    return Object.fromEntries(
      this.probes.map((probe): [string, HealthCheck] => {
        const { status, reason } = details[probe.name] ?? { status: 'down' };
        const facts = probe.facts?.();
        const told = facts === undefined ? {} : { facts };
        if (status === 'up') return [probe.name, { status, ...told }];
        return [probe.name, { status: 'down', ...(typeof reason === 'string' && { reason }), ...told }];
      }),
    );
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
