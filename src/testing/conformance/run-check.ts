import type { ConformanceVerdict } from '../../contracts/conformance.js';
import type { ProviderManifest } from '../../contracts/manifest.js';
import type { Bench } from './bench.js';
import type { Check } from './check.js';
import type { ProviderFixtures } from './fixtures.js';
import { described } from './demand.js';

/** Why a check says nothing about this provider; `undefined` where it does. */
export function reasonToSkip(check: Check, manifest: ProviderManifest, { without = {} }: ProviderFixtures): string | undefined {
  const missing = check.needs.filter((kind) => manifest.behaviours[kind] === undefined);
  if (missing.length > 0) return `binds no ${missing.join(' and no ')}`;
  return without[check.id] ?? check.notFor?.(manifest);
}

/** Never rejects. */
export async function verdictOf(check: Check, bench: Bench): Promise<ConformanceVerdict> {
  const { id, title } = check;
  const detail = reasonToSkip(check, bench.manifest, bench.fixtures);
  if (detail !== undefined) return { id, title, status: 'skipped', detail };
  try {
    bench.line.reset();
    await check.run(bench);
    return { id, title, status: 'passed' };
  } catch (error) {
    return { id, title, status: 'failed', detail: problemIn(error) };
  }
}

/** The first line, without what the kit itself made up. */
function problemIn(error: unknown): string {
  const text = error instanceof Error && error.name === 'Error' ? error.message : described(error);
  return (text.split('\n')[0] ?? '').slice(0, 400);
}
