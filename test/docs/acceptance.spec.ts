import { existsSync, readFileSync } from 'node:fs';

/** `| id | what | where | shown by |`; a path stands in backticks, a test as `` `file` › name ``. */
interface Row {
  readonly id: string;
  readonly where: string;
  readonly shownBy: string;
}

const rows: readonly Row[] = readFileSync('docs/acceptance.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| (?:AC-|T\d)/.test(line))
  .map((line) => {
    const [, id = '', , where = '', shownBy = ''] = line.split('|').map((cell) => cell.trim());
    return { id, where, shownBy };
  });

const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path).filter((path) => path.includes('/'));

const testsIn = (text: string): readonly { readonly file: string; readonly name: string }[] =>
  text
    .split('<br>')
    .map((entry) => /^`([^`]+)` › (.+)$/.exec(entry.trim()))
    .flatMap((match) => (match === null ? [] : [{ file: match[1] ?? '', name: match[2] ?? '' }]));

const range = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}.${String(index + 1)}`);

describe('docs/acceptance.md', () => {
  it('has one row for each acceptance criterion and each mandatory line of the story', () => {
    const criteria = [...range('AC-TYPES', 5), ...range('AC-1', 4), ...range('AC-2', 4), ...range('AC-3', 4), ...range('AC-4', 4)];
    const mandatory = [
      ...range('T1.1', 2),
      ...range('T1.2', 3),
      ...range('T2.1', 4),
      ...range('T2.2', 2),
      ...range('T3.1', 5),
      ...range('T3.2', 2),
      ...range('T4.1', 5),
      ...range('T4.2', 4),
      ...range('T4.3', 4),
      ...range('T5.1', 3),
      ...range('T5.2', 3),
      ...range('T5.3', 3),
    ];
    expect(rows.map(({ id }) => id)).toEqual([...criteria, ...mandatory]);
  });

  it.each(rows)('names files that are there, for $id', ({ where }) => {
    for (const path of pathsIn(where)) expect({ path, isThere: existsSync(path) }).toEqual({ path, isThere: true });
  });

  it.each(rows)('names a test that is there, or says what is not there yet, for $id', ({ shownBy }) => {
    const tests = testsIn(shownBy);
    if (tests.length === 0) expect(shownBy).toMatch(/^not yet: .+/);
    for (const { file, name } of tests) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      expect({ file, name, isThere: text.includes(name) }).toEqual({ file, name, isThere: true });
    }
  });
});
