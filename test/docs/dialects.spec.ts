import { readFileSync } from 'node:fs';

import { chatRulings, responsesRulings } from '../recordings/rulings.js';

describe('docs/dialects.md', () => {
  it('names each expectation that is held to be wrong, with the reason, and no other', () => {
    const [, section = ''] = readFileSync('docs/dialects.md', 'utf8').split('## Rulings\n');
    const rows = [...section.replace(/\n## [^]*$/, '').matchAll(/^\| `([^`]+)` +\| (.*?) +\|$/gm)].map(([, id, why]) => [id, why]);
    const rulings = Object.entries({ ...chatRulings, ...responsesRulings }).map(([id, { why }]) => [id, why]);

    expect(rows.sort()).toEqual(rulings.sort());
  });
});
