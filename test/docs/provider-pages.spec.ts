import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { handMark, providerPages, withHandPart } from '../../src/provider-pages.js';

const folder = resolve('docs/providers');

describe('docs/providers', () => {
  it('has a page of each built-in provider, as it declares itself (else: node scripts/print-provider-pages.mjs)', async () => {
    const pages = await providerPages(resolve('src/providers'));

    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
    for (const [name, page] of pages) {
      const text = readFileSync(resolve(folder, name), 'utf8');
      expect({ name, text }).toEqual({ name, text: withHandPart(page, text) });
    }
  });

  it('keeps what was written by hand', () => {
    expect(withHandPart('# New\n', `# Old\n\n${handMark}\n\nMine.\n`)).toBe(`# New\n\n${handMark}\n\nMine.\n`);
    expect(withHandPart('# New\n', undefined)).toBe(`# New\n\n${handMark}\n`);
  });
});
