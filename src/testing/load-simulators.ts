import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { ProviderSimulator } from '../contracts/simulator.js';
import { isProviderSimulator } from '../contracts/simulator.js';

/** The simulators in `<folder>/<id>/testing/<name>.simulator.js` (`.ts` where that is what runs), in the order of their ids. */
export async function loadSimulators(providersFolder: string): Promise<readonly ProviderSimulator[]> {
  const files = readdirSync(providersFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => simulatorFilesIn(join(providersFolder, name, 'testing')))
    .sort();
  const modules = await Promise.all(files.map(importFile));
  return modules.flatMap((exported) => Object.values(exported).filter(isProviderSimulator));
}

function simulatorFilesIn(folder: string): readonly string[] {
  return entriesOf(folder)
    .filter((name) => /\.simulator\.(js|ts)$/.test(name))
    .map((name) => join(folder, name));
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A provider need not have a simulator.
    return [];
  }
}

/** A URL's path is the one form that both `import` (any platform) and the `require` of transformed tests take. */
async function importFile(file: string): Promise<object> {
  const exported: unknown = await import(pathToFileURL(file).pathname);
  return Object(exported) as object;
}
