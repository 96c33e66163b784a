// What the tests told of the rows of the test matrix, test/support/tell-figure.ts.
import { existsSync, readFileSync } from 'node:fs';

import { tellers } from './tellers.mjs';

const tests = tellers();

/** Each row: what is to hold, and the tests that tell of it (`small`, `nightly`). */
export const rows = JSON.parse(readFileSync(new URL('rows.json', import.meta.url), 'utf8')).map((row) => ({
  ...row,
  ...tests.get(row.row),
}));

/** The texts of each row, in the order they were told. */
export function figuresIn(file) {
  const told = new Map();
  if (!existsSync(file)) return told;
  for (const line of readFileSync(file, 'utf8')
    .split('\n')
    .filter((each) => each !== '')) {
    const { row, text } = JSON.parse(line);
    told.set(row, [...(told.get(row) ?? []), text]);
  }
  return told;
}

/** A line for each figure; with `all`, a line for each row that brought none as well, which says how it is shown. */
export function figureLines(told, { all = false } = {}) {
  return rows.flatMap(({ row, ...rest }) => {
    const texts = told.get(row);
    if (texts !== undefined) return texts.map((text) => line(row, text));
    return all ? [line(row, without(rest))] : [];
  });
}

const line = (row, text) => `${row.padEnd(4)} ${text}`;

function without({ small, nightly, soak }) {
  if (small !== undefined) return `none in this run: npm test -- ${small.join(' ')}`;
  if (nightly !== undefined) return 'nightly: npm run test:nightly';
  if (soak !== undefined) return `by itself: ${soak}`;
  return 'no figure yet';
}
