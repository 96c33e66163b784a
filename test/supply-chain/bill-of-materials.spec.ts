import { execFileSync } from 'node:child_process';

import { tellFigure } from '../support/tell-figure.js';
import { locked, nameAt, production } from './lockfile.js';

interface Bill {
  readonly bomFormat: string;
  readonly components: readonly Component[];
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string }[];
  readonly licenses?: readonly unknown[];
}

describe('the bill of materials', () => {
  it('names every package of production, with its version, its hash and its licence', () => {
    const text = execFileSync('npm', ['run', '--silent', 'sbom'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    const { bomFormat, components } = JSON.parse(text) as Bill;

    const named = new Map(components.map((component) => [`${component.name}@${component.version}`, component]));
    const wanted = [...production().paths].map((path) => `${nameAt(path)}@${locked.get(path)?.version ?? ''}`);
    expect(bomFormat).toBe('CycloneDX');
    expect(wanted.filter((name) => !named.has(name))).toEqual([]);
    const bare = wanted.filter((name) => named.get(name)?.hashes?.[0]?.alg !== 'SHA-512' || (named.get(name)?.licenses ?? []).length === 0);
    expect(bare).toEqual([]);
    tellFigure('T43', `CycloneDX bill of ${String(components.length)} components: all ${String(new Set(wanted).size)} of production in it`);
  }, 120_000);
});
