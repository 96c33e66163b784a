/** How often each part of a file was reached, of all suites of this worker that told. */
const told = new Map();

/**
 * Of a suite's coverage what earlier suites of this worker did not reach. To copy and send all of it with every suite costs more than
 * most suites do; what is covered stays exactly the same, only how often it was reached is less.
 */
export function newCoverage(coverage) {
  return Object.fromEntries(Object.entries(coverage ?? {}).filter(([path, file]) => isNews(path, file)));
}

function isNews(path, { hash, s, f, b }) {
  let known = told.get(path);
  // Another version of the file: somebody is watching.
  if (known?.hash !== hash) told.set(path, (known = { hash, parts: new Set() }));
  const before = known.parts.size;
  for (const [kind, counts] of Object.entries({ s, f })) {
    for (const [id, count] of Object.entries(counts)) if (count > 0) known.parts.add(`${kind}${id}`);
  }
  for (const [id, ways] of Object.entries(b)) ways.forEach((count, way) => count > 0 && known.parts.add(`b${id}.${String(way)}`));
  return before === 0 || known.parts.size > before;
}
