import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { HealthProbe } from '../core/health/health.port.js';
import { Health } from '../core/health/health.port.js';
import { ObservabilityModule } from './observability.module.js';

@Module({})
class Probes {}

async function aHealth(...probes: readonly HealthProbe[]): Promise<Health> {
  const tokens = probes.map((probe, index) => ({ provide: `probe-${String(index)}`, useValue: probe }));
  const source = { module: Probes, providers: tokens, exports: tokens.map(({ provide }) => provide) };
  const module = await Test.createTestingModule({
    imports: [ObservabilityModule.forRoot({ imports: [source], probes: tokens.map(({ provide }) => provide) })],
  }).compile();
  return module.get<Health>(Health);
}

const fine: HealthProbe = { name: 'registry', check: async () => undefined };

describe('readiness', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is there when every probe is content', async () => {
    const health = await aHealth(fine, { ...fine, name: 'database' });

    expect(await health.ready()).toEqual({ isReady: true, checks: { registry: { status: 'up' }, database: { status: 'up' } } });
  });

  it('tells which probe is not, in the words of the catalogue only', async () => {
    const health = await aHealth(
      fine,
      { name: 'database', check: () => Promise.reject(new MaestroError('database.unavailable', {})) },
      { name: 'disk', check: () => Promise.reject(new Error('password hunter2')) },
    );

    expect(await health.ready()).toEqual({
      isReady: false,
      checks: {
        registry: { status: 'up' },
        database: { status: 'down', reason: 'the database does not answer just now; try again shortly' },
        disk: { status: 'down', reason: 'it failed' },
      },
    });
  });

  it('does not wait for a probe that hangs', async () => {
    const health = await aHealth({ name: 'database', check: () => new Promise(() => undefined) });
    jest.useFakeTimers();

    const report = health.ready();
    await jest.advanceTimersByTimeAsync(2_000);

    expect(await report).toEqual({ isReady: false, checks: { database: { status: 'down', reason: 'it does not answer' } } });
  });

  it('does without probes', async () => {
    const module = await Test.createTestingModule({ imports: [ObservabilityModule.forRoot({ probes: undefined })] }).compile();

    expect(await module.get<Health>(Health).ready()).toEqual({ isReady: true, checks: {} });
  });
});
