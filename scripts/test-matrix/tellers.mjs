// Which tests tell a figure of which row: those that call `tellFigure` with it, or import what does.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Row → form (`small`, `nightly`) → files, sorted. */
export function tellers() {
  const found = new Map();
  for (const file of ['src', 'test'].flatMap(specsIn)) {
    const form = file.endsWith('.nightly.spec.ts') ? 'nightly' : 'small';
    for (const row of rowsOf(join(root, file), new Set())) {
      const forms = found.get(row) ?? {};
      found.set(row, { ...forms, [form]: [...(forms[form] ?? []), file] });
    }
  }
  return found;
}

function specsIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.spec.ts') && entry.name !== 'tell-figure.spec.ts')
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

const texts = new Map();

/** Through what is imported from test/ too: several suites may share what they tell. */
function rowsOf(file, seen) {
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  const text = texts.get(file) ?? readFileSync(file, 'utf8');
  texts.set(file, text);
  const own = [...text.matchAll(/\btellFigure\(\s*'(T\d+)'/g)].map(([, row]) => row);
  const imported = [...text.matchAll(/from '(\.[^']*)\.js'/g)].map(([, path]) => join(dirname(file), `${path}.ts`));
  const shared = imported.filter((path) => path.startsWith(join(root, 'test')));
  return [...new Set([...own, ...shared.flatMap((path) => rowsOf(path, seen))])];
}
