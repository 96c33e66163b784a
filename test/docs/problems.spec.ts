import { readFileSync } from 'node:fs';

import type { ErrorDefinition } from '../../src/contracts/errors/catalogue.js';
import { catalogue } from '../../src/contracts/errors/catalogue.js';
import { httpStatusOf } from '../../src/contracts/errors/problem.js';

interface Row {
  readonly code: string;
  readonly category: string;
  readonly status: string;
  readonly retryable: string;
  readonly when: string;
  readonly toDo: string;
}

const rows: readonly Row[] = readFileSync('docs/problems.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, code = '', category = '', status = '', retryable = '', when = '', toDo = ''] = line.split('|').map((cell) => cell.trim());
    return { code: code.replaceAll('`', ''), category, status, retryable, when, toDo };
  });

const definitions: readonly (readonly [string, ErrorDefinition<never>])[] = Object.entries(catalogue);

describe('docs/problems.md', () => {
  it('has every code of the catalogue, and no other', () => {
    expect(rows.map(({ code }) => code).sort()).toEqual(definitions.map(([code]) => code).sort());
  });

  it.each(definitions)('says of %s what the catalogue says', (code, { category, isRetryable }) => {
    expect(rows.find((row) => row.code === code)).toMatchObject({
      category,
      status: String(httpStatusOf[category]),
      retryable: isRetryable ? 'yes' : 'no',
    });
  });

  it.each(rows)('tells of $code when it comes and what to do', ({ when, toDo }) => {
    expect(when).toMatch(/^\S.*\.$/);
    expect(toDo).toMatch(/^\S.*\.$/);
  });
});
