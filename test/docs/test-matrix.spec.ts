import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Row {
  readonly row: string;
}

const rows = JSON.parse(readFileSync('scripts/test-matrix/rows.json', 'utf8')) as readonly Row[];

describe('docs/test-matrix.md', () => {
  const page = readFileSync('docs/test-matrix.md', 'utf8');

  it('is what its rows and the figures say (else: node scripts/print-test-matrix.mjs)', () => {
    const printed = execFileSync(process.execPath, ['scripts/print-test-matrix.mjs', '--stdout'], { encoding: 'utf8' });
    expect(page).toBe(printed);
  });

  it('has the rows T1 to T45', () => {
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: 45 }, (_, index) => `T${String(index + 1)}`));
  });

  it('says of each row which tests show it, or why none can', () => {
    const sections = page.split('\n## ').slice(1);
    expect(sections.filter((section) => !/^- .*`npm |^- cannot be measured here: .|^- no test yet$/m.test(section))).toEqual([]);
  });
});
