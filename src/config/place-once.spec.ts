import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { placeOnce } from './place-once.js';

describe('placing a file once', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-place-once-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('leaves the file of whoever came first', () => {
    const file = join(folder, 'key');

    expect([placeOnce(file, 'first'), placeOnce(file, 'second')]).toEqual([true, false]);
    expect(readFileSync(file, 'utf8')).toBe('first');
    expect(readdirSync(folder)).toEqual(['key']);
  });

  it('fails where the folder is not there', () => {
    expect(() => placeOnce(join(folder, 'none', 'key'), 'text')).toThrow(/ENOENT/);
  });
});
