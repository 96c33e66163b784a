import { writeFileSync } from 'node:fs';

import type { ConformanceReport, ConformanceVerdict } from '../../contracts/conformance.js';
import { conformanceSchema } from '../../contracts/conformance.js';
import type { ProviderDefinition } from '../../contracts/define-provider.js';
import { userAgent } from '../../kit/user-agent.js';
import { openBench } from './bench.js';
import { checks } from './checks.js';
import type { ProviderFixtures } from './fixtures.js';
import { verdictOf } from './run-check.js';

/** Runs the whole kit. Never rejects for a provider's fault. */
export async function conformanceOf(definition: ProviderDefinition, fixtures: ProviderFixtures): Promise<ConformanceReport> {
  const bench = await openBench(definition, fixtures);
  try {
    const verdicts: ConformanceVerdict[] = [];
    // One after another: each check has the line for itself.
    for (const check of checks) verdicts.push(await verdictOf(check, bench));
    return reportOf(definition, verdicts);
  } finally {
    await bench.close();
  }
}

export function reportOf({ manifest }: ProviderDefinition, verdicts: readonly ConformanceVerdict[]): ConformanceReport {
  return {
    schema: conformanceSchema,
    provider: manifest.id,
    displayName: manifest.displayName,
    contract: manifest.contract,
    kit: userAgent,
    ranAt: new Date().toISOString(),
    verdicts,
  };
}

/** `file`: `conformance.json` beside the provider's module, or in the root of its package, is where a Maestro finds it. */
export function writeConformance(file: string, report: ConformanceReport): void {
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}
