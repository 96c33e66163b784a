import { existsSync, readFileSync } from 'node:fs';

import { variableTexts } from '../../src/config/variables.js';
import { catalogue } from '../../src/contracts/errors/catalogue.js';

interface Row {
  readonly limit: string;
  readonly value: string;
  readonly variable: string;
  readonly beyond: string;
  readonly file?: string;
  readonly constant?: string;
  readonly test: string;
}

const rows: readonly Row[] = readFileSync('docs/limits.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| [A-Z]/.test(line))
  .map((line) => {
    const [, limit = '', value = '', variable = '', beyond = '', code = '', test = ''] = line.split('|').map((cell) => cell.trim());
    const [, file, constant] = /^`([^`]+)` `([^`]+)`$/.exec(code) ?? [];
    const unquoted = { variable: variable.replaceAll('`', ''), test: test.replaceAll('`', '') };
    return { limit, value, beyond, ...unquoted, ...(file !== undefined && constant !== undefined && { file, constant }) };
  });

const units: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 * 1024, s: 1_000, min: 60_000 };

/** A value as a page writes it: with its unit, as bytes or milliseconds. */
function numberFrom(text: string): number {
  const [, number = '', unit] = /^([\d.]+)(?: (\w+))?$/.exec(text) ?? [];
  return Number(number) * (unit === undefined ? 1 : (units[unit] ?? Number.NaN));
}

/** What stands behind a name in a file of the source: the first number, or product of numbers. */
function valueIn(file: string, constant: string): number {
  const [, product = ''] =
    new RegExp(`\\b${constant}\\b\\)? *(?::|=|\\?\\?) *(\\d[\\d_]*(?: \\* \\d[\\d_]*)*)`).exec(readFileSync(file, 'utf8')) ?? [];
  return product.split('*').reduce((total, factor) => total * Number(factor.trim().replaceAll('_', '')), product === '' ? Number.NaN : 1);
}

describe('docs/limits.md', () => {
  it.each(rows.filter(({ file }) => file !== undefined))('says of "$limit" what the code says', ({ value, file = '', constant = '' }) => {
    expect(numberFrom(value)).toBe(valueIn(file, constant));
  });

  it.each(rows)('names of "$limit" what there is', ({ variable, beyond, test }) => {
    const codes = [...beyond.matchAll(/`(\w+\.[\w-]+)`/g)].map(([, code = '']) => code);

    expect(codes.filter((code) => !(code in catalogue))).toEqual([]);
    expect(variable === '' || variable in variableTexts).toBe(true);
    expect(existsSync(test)).toBe(true);
  });

  it('leaves out no limit that an operator may set', () => {
    const limits = Object.keys(variableTexts).filter((name) => /_MAX_|_PER_MINUTE$/.test(name));

    expect(rows.map(({ variable }) => variable)).toEqual(expect.arrayContaining(limits));
  });
});
