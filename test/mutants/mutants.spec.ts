import { readFileSync } from 'node:fs';

import { mutants } from './mutants.js';

/** They are applied, and their tests run, at night: mutants.nightly.spec.ts. */
describe('the mistakes that a test must notice', () => {
  it.each(mutants)('can still be made, and have their test: $what', ({ edits, spec, test }) => {
    for (const { file, from, times = 1 } of edits) {
      expect({ file, from, times: readFileSync(file, 'utf8').split(from).length - 1 }).toEqual({ file, from, times });
    }
    expect(readFileSync(spec, 'utf8')).toContain(test.replace(/\d+ bytes$/, '%i bytes'));
  });
});
