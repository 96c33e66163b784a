import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ProviderDefinition } from '../../src/contracts/define-provider.js';
import { builtInDefinitions } from '../support/family-providers.js';
import { failedIn, providersFolder, vendors, verdictsOn } from './vendor-conformance.js';

/** One dialect reads them all; the long run cuts every vendor's answers. */
const reason = 'left to the nightly run';
const cutChecks = { 'cuts.reads': reason, 'cuts.end': reason, 'cuts.connection': reason };

describe('the vendors that differ from others only in what they declare', () => {
  let definitions: ReadonlyMap<string, ProviderDefinition>;

  beforeAll(async () => {
    definitions = new Map((await builtInDefinitions()).map((definition) => [definition.manifest.id, definition]));
  });

  it('take one file of fewer than 40 lines each', () => {
    const lines = vendors.map((id) => {
      const text = readFileSync(join(providersFolder, id, `${id}.module.ts`), 'utf8');
      return { id, count: text.trimEnd().split('\n').length };
    });
    const rows = lines.map(({ id, count }) => `  ${String(count).padStart(2)} lines, 1 file  ${id}`);
    console.info(`what each vendor takes:\n${rows.join('\n')}`);

    expect(lines.filter(({ count }) => count >= 40)).toEqual([]);
    expect(vendors.length).toBeGreaterThanOrEqual(25);
  });

  it.each(vendors)('%s does what the conformance kit asks of a provider', async (id) => {
    const verdicts = await verdictsOn(definitions.get(id), cutChecks);

    expect(failedIn(verdicts)).toEqual([]);
    expect(verdicts.filter(({ status }) => status === 'passed').length).toBeGreaterThan(30);
  });
});
