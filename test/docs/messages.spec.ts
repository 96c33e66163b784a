import { readFileSync } from 'node:fs';

import { controlPattern } from '../../src/transports/rpc/control.js';
import { patternTable } from '../support/who-may.js';

describe('docs/messages.md', () => {
  it('has every pattern, and no other', () => {
    const told = [...readFileSync('docs/messages.md', 'utf8').matchAll(/^\| `(maestro\.[\w.]+)` \|/gm)].map(([, pattern = '']) => pattern);
    // A test beside the patterns holds the table equal to what Nest binds.
    expect(told.sort()).toEqual([...[...patternTable.keys()].map((name) => `maestro.${name}`), controlPattern].sort());
  });
});
