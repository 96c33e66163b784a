import { createRequire } from 'node:module';

const requires = new Map();

/** What packages put on `globalThis` as they were loaded: it lives as long as they do. */
export const packagesGlobals = new Set();

/** Loads a package as Node does, once for all suites of this worker. */
export function requirePackage(from, name) {
  let load = requires.get(from);
  if (load === undefined) requires.set(from, (load = createRequire(from)));
  const before = new Set(Reflect.ownKeys(globalThis));
  const loaded = load(name);
  for (const key of Reflect.ownKeys(globalThis)) if (!before.has(key)) packagesGlobals.add(key);
  return loaded;
}
