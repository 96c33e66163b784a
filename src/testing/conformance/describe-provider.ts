import type { ConformanceVerdict } from '../../contracts/conformance.js';
import type { ProviderDefinition } from '../../contracts/define-provider.js';
import type { Bench } from './bench.js';
import { openBench } from './bench.js';
import { checks } from './checks.js';
import { reportOf, writeConformance } from './conformance-report.js';
import type { ProviderFixtures } from './fixtures.js';
import { reasonToSkip, verdictOf } from './run-check.js';

type Body = () => Promise<void>;

/** What the kit needs of a test runner: Jest's, Vitest's and node:test's functions fit as they are. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: ((name: string, body: Body) => unknown) & { readonly skip: (name: string, body: Body) => unknown };
  /** Jest's and Vitest's name for it. */
  readonly afterAll?: ((body: Body) => unknown) | undefined;
  /** node:test's. */
  readonly after?: ((body: Body) => unknown) | undefined;
}

export interface DescribeOptions {
  /** Default: the functions that the runner made global. */
  readonly runner?: TestRunner;
  /** Where the report is written once every check ran; absent: nowhere. */
  readonly report?: string;
}

/**
 * The conformance kit as tests, one for each check: `describeProvider(acme, { simulator, models: { ids, pages } })`.
 *
 * @throws Error where no runner is given and none is global
 */
export function describeProvider(definition: ProviderDefinition, fixtures: ProviderFixtures, options: DescribeOptions = {}): void {
  const { describe, it, afterAll, after } = options.runner ?? globalRunner();
  const { manifest } = definition;
  const verdicts: ConformanceVerdict[] = [];
  let opened: Promise<Bench> | undefined;

  describe(`conformance of ${manifest.id}`, () => {
    for (const check of checks) {
      const skipped = reasonToSkip(check, manifest, fixtures);
      const name = `${check.id}: ${check.title}`;
      const body = async (): Promise<void> => {
        const bench = await (opened ??= openBench(definition, fixtures));
        const verdict = await verdictOf(check, bench);
        verdicts.push(verdict);
        if (verdict.status === 'failed') throw new Error(`${check.id}: ${verdict.detail ?? ''}`);
      };
      if (skipped === undefined) {
        it(name, body);
      } else {
        verdicts.push({ id: check.id, title: check.title, status: 'skipped', detail: skipped });
        it.skip(`${name} (${skipped})`, body);
      }
    }

    (afterAll ?? after)?.(async () => {
      await (await opened)?.close();
      const { report } = options;
      if (report !== undefined && verdicts.length === checks.length) writeConformance(report, reportOf(definition, inOrder(verdicts)));
    });
  });
}

function inOrder(verdicts: readonly ConformanceVerdict[]): readonly ConformanceVerdict[] {
  return checks.flatMap(({ id }) => verdicts.filter((verdict) => verdict.id === id));
}

function globalRunner(): TestRunner {
  // With `console`, since a type of optional parts alone takes nothing that shares none of them.
  const candidate: Partial<TestRunner> & Pick<typeof globalThis, 'console'> = globalThis;
  const { describe, it, afterAll, after } = candidate;
  if (describe === undefined || it === undefined) {
    throw new Error('describeProvider finds no test runner: give it one, as in { runner: { describe, it, after } } of node:test');
  }
  return { describe, it, afterAll, after };
}
