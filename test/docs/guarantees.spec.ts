import { existsSync, readFileSync } from 'node:fs';

const guarantees = readFileSync('docs/guarantees.md', 'utf8');
const security = readFileSync('SECURITY.md', 'utf8');

/** A test as `` `file` › a part of its name ``, in the last cell of a row. */
const claims = guarantees
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| case'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, of = '', promise = '', shownBy = '']) => ({ claim: `${of}: ${promise}`, shownBy }));

describe('docs/guarantees.md', () => {
  it('has promises of each kind', () => {
    expect(claims.length).toBeGreaterThan(30);
    expect(new Set(claims.map(({ claim }) => claim)).size).toBe(claims.length);
  });

  it.each(claims)('names a test that is there: $claim', ({ shownBy }) => {
    for (const entry of shownBy.split('<br>')) {
      const [, file = '', name = ''] = /^`([^`]+)` › (.+)$/.exec(entry) ?? [];
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      expect({ entry, isThere: name !== '' && text.includes(name) }).toEqual({ entry, isThere: true });
    }
  });
});

describe('SECURITY.md', () => {
  it('names files that are there', () => {
    const paths = [...security.matchAll(/\]\(([^)]+)\)|`(test\/[^`]+)`/g)].map(([, link, test]) => link ?? test ?? '');
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});
