// Writes docs/test-matrix.md from its rows (scripts/test-matrix/rows.json) and the figures that were seen (figures.json beside it).
//   node scripts/print-test-matrix.mjs
//   node scripts/print-test-matrix.mjs --take <file> small|nightly|soak [date]    takes over what a run told, then writes
//   node scripts/print-test-matrix.mjs --stdout    writes nothing but to its output
// A run tells it where it is asked to: MAESTRO_TEST_FIGURES=<file> npm test
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { figuresIn, rows } from './test-matrix/figures.mjs';
import { matrixPage } from './test-matrix/page.mjs';

const figuresFile = new URL('test-matrix/figures.json', import.meta.url);
const page = fileURLToPath(new URL('../docs/test-matrix.md', import.meta.url));
const figures = JSON.parse(readFileSync(figuresFile, 'utf8'));

const [flag, file = '', form = '', date = new Date().toISOString().slice(0, 10)] = process.argv.slice(2);
if (flag === '--take') {
  if (!['small', 'nightly', 'soak'].includes(form)) throw new Error('Say which form the figures are of: small, nightly or soak.');
  for (const [row, texts] of figuresIn(file)) figures[row] = { ...figures[row], [form]: { date, figures: [...new Set(texts)] } };
  const inOrder = rows.flatMap(({ row }) => (figures[row] === undefined ? [] : [[row, figures[row]]]));
  writeFileSync(figuresFile, `${JSON.stringify(Object.fromEntries(inOrder), null, 2)}\n`);
}
if (flag === '--stdout') process.stdout.write(matrixPage(rows, figures));
else writeFileSync(page, matrixPage(rows, figures));
