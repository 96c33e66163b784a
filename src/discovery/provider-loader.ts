import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';

import type { Finding } from '../contracts/compliance.js';
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
}

interface Source {
  /** Folder or package, for findings. */
  readonly name: string;
  readonly load: () => Promise<unknown>;
}

/** Loads every provider there is. What fails to load becomes a finding; this never rejects. */
export async function loadProviders(sources: ProviderSources): Promise<LoadedProviders> {
  const found = [
    ...sources.folders.flatMap(providersIn),
    ...sources.packages.map((name): Source => ({ name, load: () => importPackage(name, sources.packagesFrom) })),
  ];
  const loaded = await Promise.all(found.map(definitionsOf));
  return {
    // A module may export its definition by name and as the default, and two modules may share one.
    definitions: [...new Set(loaded.flatMap(({ definitions }) => definitions))],
    findings: loaded.flatMap(({ findings }) => findings),
  };
}

async function definitionsOf({ name, load }: Source): Promise<LoadedProviders> {
  try {
    const exported = await load();
    const definitions = Object.values(Object(exported) as object).filter(isProviderDefinition);
    if (definitions.length > 0) return { definitions, findings: [] };
    return { definitions, findings: [loadFailed(name, 'exports nothing that defineProvider made')] };
  } catch (error) {
    return { definitions: [], findings: [loadFailed(name, `cannot be loaded: ${firstLineOf(error)}`)] };
  }
}

function providersIn(folder: string): readonly Source[] {
  const names = foldersIn(folder);
  if (names === undefined) return [{ name: folder, load: () => Promise.reject(new Error('the folder cannot be read')) }];
  return names.map((name) => ({ name, load: () => importFile(moduleFileIn(join(folder, name))) }));
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

function importPackage(name: string, from: string): Promise<unknown> {
  const file = resolvedFile(name, from);
  return file === undefined ? import(name) : importFile(file);
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
