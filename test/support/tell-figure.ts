import { appendFileSync } from 'node:fs';

/** A row of the test matrix, docs/test-matrix.md. */
export type MatrixRow = `T${number}`;

/**
 * Tells what a test counted or measured for a row of the matrix; the run prints it at its end. Outside of a run that collects it does nothing.
 * One short line for each figure: writers of several processes append to one file, and a line goes out in one write.
 */
export function tellFigure(row: MatrixRow, text: string): void {
  const file = process.env['MAESTRO_TEST_FIGURES'];
  if (file === undefined || file === '') return;
  appendFileSync(file, `${JSON.stringify({ row, text })}\n`);
}
