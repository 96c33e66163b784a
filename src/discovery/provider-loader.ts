import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';

import type { Finding, ProviderLoad } from '../contracts/compliance.js';
import { conformanceFile, conformanceFrom } from '../contracts/conformance.js';
import type { ProviderDefinition } from '../contracts/define-provider.js';
import { isProviderDefinition } from '../contracts/define-provider.js';

/** Where providers are looked for. */
export interface ProviderSources {
  /** Absolute folders that hold `<id>/<id>.module.js` (`.ts` where that is what runs). */
  readonly folders: readonly string[];
  /** npm packages that export provider definitions. */
  readonly packages: readonly string[];
  /** The folder whose `node_modules` the packages are in: the application's. */
  readonly packagesFrom: string;
}

export interface LoadedProviders {
  /** Folders before packages, each in the order of names: who comes first keeps its id. */
  readonly definitions: readonly ProviderDefinition[];
  readonly findings: readonly Finding[];
  readonly conformance: ProviderLoad['conformance'];
}

interface Source {
  /** Folder or package, for findings. */
  readonly name: string;
  readonly load: () => Promise<unknown>;
  /** Where what came with the providers lies: their folder, or the root of their package. Absent: nobody knows. */
  readonly folder?: string | undefined;
}

/** Loads every provider there is. What fails to load becomes a finding; this never rejects. */
export async function loadProviders(sources: ProviderSources): Promise<LoadedProviders> {
  const found = [...sources.folders.flatMap(providersIn), ...sources.packages.map((name) => packageSource(name, sources.packagesFrom))];
  const loaded = await Promise.all(found.map(definitionsOf));
  return {
    // A module may export its definition by name and as the default, and two modules may share one.
    definitions: [...new Set(loaded.flatMap(({ definitions }) => definitions))],
    findings: loaded.flatMap(({ findings }) => findings),
    conformance: new Map(loaded.flatMap(({ conformance }) => [...conformance])),
  };
}

async function definitionsOf({ name, load, folder }: Source): Promise<LoadedProviders> {
  try {
    const exported = await load();
    const definitions = Object.values(Object(exported) as object).filter(isProviderDefinition);
    if (definitions.length > 0) return { definitions, findings: [], conformance: reportsFor(definitions, folder) };
    return nothingBut(loadFailed(name, 'exports nothing that defineProvider made'));
  } catch (error) {
    return nothingBut(loadFailed(name, `cannot be loaded: ${firstLineOf(error)}`));
  }
}

function nothingBut(finding: Finding): LoadedProviders {
  return { definitions: [], findings: [finding], conformance: new Map() };
}

/** A report speaks for the provider that it came with and for no other. One that cannot be read is as good as none. */
function reportsFor(definitions: readonly ProviderDefinition[], folder: string | undefined): LoadedProviders['conformance'] {
  const report = folder === undefined ? undefined : conformanceFrom(jsonIn(join(folder, conformanceFile)));
  const manifests = definitions.map(({ manifest }) => manifest).filter(({ id }) => id === report?.provider);
  return new Map(report === undefined ? [] : manifests.map((manifest) => [manifest, report]));
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function providersIn(folder: string): readonly Source[] {
  const names = foldersIn(folder);
  if (names === undefined) return [{ name: folder, load: () => Promise.reject(new Error('the folder cannot be read')) }];
  return names.map((name) => ({ name, folder: join(folder, name), load: () => importFile(moduleFileIn(join(folder, name))) }));
}

function foldersIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch {
    return undefined;
  }
}

function moduleFileIn(folder: string): string {
  const stem = join(folder, `${basename(folder)}.module`);
  const file = [`${stem}.js`, `${stem}.ts`].find((path) => existsSync(path));
  if (file === undefined) throw new Error(`there is no ${basename(stem)}.js in it`);
  return file;
}

/** A URL's path is the one form that both `import` (any platform) and the `require` of transformed tests take. */
function importFile(file: string): Promise<unknown> {
  return import(pathToFileURL(file).pathname);
}

function packageSource(name: string, from: string): Source {
  const file = resolvedFile(name, from);
  return file === undefined
    ? { name, load: () => import(name) }
    : { name, load: () => importFile(file), folder: packageFolderOf(dirname(file)) };
}

/** The nearest folder above with a `package.json`. */
function packageFolderOf(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : packageFolderOf(above);
}

/** `undefined` where a package has no entry for `require`: the plain import then finds it, or says why not. */
function resolvedFile(name: string, from: string): string | undefined {
  try {
    return createRequire(join(from, 'package.json')).resolve(name);
  } catch {
    return undefined;
  }
}

function loadFailed(name: string, text: string): Finding {
  return { code: 'load-failed', severity: 'error', provider: name, text };
}

function firstLineOf(error: unknown): string {
  const text = types.isNativeError(error) ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
