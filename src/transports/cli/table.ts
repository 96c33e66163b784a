import { oneLine } from './printable.js';

export type Cell = string | undefined;

/** Columns below their headings, two blanks apart; an absent value is a hyphen. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows.map((row) => row.map(shown))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** One line a fact; what is absent has none. */
export function facts(entries: readonly (readonly [name: string, value: Cell])[]): string {
  const present = entries.filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}\n`).join('');
}

function shown(cell: Cell): string {
  return cell === undefined || cell === '' ? '-' : oneLine(cell);
}
