import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Row {
  readonly row: string;
  readonly small?: readonly string[];
  readonly nightly?: readonly string[];
  readonly soak?: string;
  readonly unmeasured?: string;
}

const rows = JSON.parse(readFileSync('scripts/test-matrix/rows.json', 'utf8')) as readonly Row[];

describe('docs/test-matrix.md', () => {
  it('is what its rows and the figures say (else: node scripts/print-test-matrix.mjs)', () => {
    const page = execFileSync(process.execPath, ['scripts/print-test-matrix.mjs', '--stdout'], { encoding: 'utf8' });
    expect(readFileSync('docs/test-matrix.md', 'utf8')).toBe(page);
  });

  it('has the rows T1 to T45', () => {
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: 45 }, (_, index) => `T${String(index + 1)}`));
  });

  it.each(rows)('names tests that are there and tell their figure, for $row', ({ row, small = [], nightly = [] }) => {
    for (const file of small) expect({ file, isThere: existsSync(file) && !file.includes('.nightly.') }).toEqual({ file, isThere: true });
    for (const file of nightly) expect({ file, isThere: existsSync(file) && file.includes('.nightly.') }).toEqual({ file, isThere: true });
    // Some tell through what several suites share.
    const shared = ['test/support', 'test/recordings'].flatMap((folder) => readdirSync(folder).map((file) => `${folder}/${file}`));
    const texts = [...small, ...nightly, ...shared.filter((file) => file.endsWith('.ts'))].map((file) => readFileSync(file, 'utf8'));
    const isTold = texts.some((text) => new RegExp(`tellFigure\\(\\s*'${row}'`).test(text));
    expect({ row, isTold }).toEqual({ row, isTold: small.length + nightly.length > 0 });
  });
});
