/** The middle and the slow end of what was measured, in the unit of the samples. */
export function summary(samples) {
  const sorted = Float64Array.from(samples).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p99: at(0.99) };
}

/** Every table of this run, for the page. */
const told = [];
export const toldTables = () => told;

export function table(title, rows) {
  told.push({ title, rows });
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((column) => String(row[column])));
  const widths = columns.map((column, index) => Math.max(column.length, ...cells.map((row) => row[index].length)));
  const line = (row) => row.map((cell, index) => (index === 0 ? cell.padEnd(widths[index]) : cell.padStart(widths[index]))).join('  ');
  console.log(`\n${title}\n${line(columns)}\n${widths.map((width) => '─'.repeat(width)).join('  ')}`);
  for (const row of cells) console.log(line(row));
}

export function median(samples) {
  return summary(samples).p50;
}

/** Half the distance between the quartiles, in per cent of the median. */
export function spread(samples) {
  const sorted = Float64Array.from(samples).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return ((at(0.75) - at(0.25)) / 2 / at(0.5)) * 100;
}

/** What the others are measured against: the least that passing on, or else translating, can cost. */
export function floorOf(rows) {
  return rows['node-fast (floor)'] ?? rows['normfast (floor)'];
}
