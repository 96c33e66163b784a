// docs/performance.md: what one run of the bench printed, and nothing else but the words that explain it.
import { readFileSync } from 'node:fs';

const words = readFileSync(new URL('page-words.md', import.meta.url), 'utf8');

export function pageOf(machine, goals, tables) {
  const { date, node, cores, cpu, memoryGiB, load, commit, peers } = machine;
  const versions = Object.entries(peers)
    .filter(([, version]) => version !== undefined)
    .map(([name, version]) => `${name} ${version}`);
  const about =
    `Measured on ${date.slice(0, 10)}, commit \`${commit ?? '?'}\`, Node ${node}, ${String(cores)} × ${cpu}, ${String(memoryGiB)} GiB, ` +
    `load of the machine at the start ${load}. Beside Maestro: ${versions.join(', ')}.`;
  const goalRows = goals.map(({ goal, wanted, seen, isMet }) => ({ goal, wanted, seen, '': isMet ? 'met' : '**missed**' }));
  const parts = [
    words.trimEnd().replace('{{about}}', about).replace('{{goals}}', markdown(goalRows)),
    ...tables.filter(({ title }) => title !== 'Goals').map(({ title, rows }) => `## ${title}\n\n${markdown(rows)}`),
  ];
  return `${parts.join('\n\n')}\n`;
}

function markdown(rows) {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(columns.map((column) => row[column])))].join('\n');
}
