import { readFileSync } from 'node:fs';

/** An entry of package-lock.json, as far as it is looked at here. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Names;
  readonly optionalDependencies?: Names;
  readonly devDependencies?: Names;
  readonly peerDependencies?: Names;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type Names = Readonly<Record<string, string>>;

export interface Manifest extends LockedPackage {
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

export const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

/** What the lockfile says of this package itself. */
export const lockedRoot = packages[''] ?? {};

/** Each package that an installation may bring, by its path. */
export const locked = new Map(Object.entries(packages).filter(([path]) => path !== ''));

export function nameAt(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Where Node finds a package that is asked for from a place; `undefined` where it is not there. */
export function pathOf(name: string, from: string): string | undefined {
  const folders = [from, ...[...from.matchAll(/\/node_modules\//g)].reverse().map(({ index }) => from.slice(0, index)), ''];
  return folders.map((folder) => `${folder}/node_modules/${name}`.replace(/^\//, '')).find((path) => locked.has(path));
}

/** What a package cannot do without, and what it takes where it can be had. */
export function needsOf({ dependencies, peerDependencies, peerDependenciesMeta = {}, optionalDependencies }: LockedPackage) {
  const optional = [
    ...Object.keys(optionalDependencies ?? {}),
    ...Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta[name]?.optional === true),
  ];
  const all = [...Object.keys(dependencies ?? {}), ...Object.keys(peerDependencies ?? {})];
  return { needed: all.filter((name) => !optional.includes(name)), optional: [...new Set(optional)] };
}

/** The paths of what an installation without tools brings, and what of it is asked for and is not there. */
export function production(): { readonly paths: ReadonlySet<string>; readonly missing: readonly string[] } {
  const paths = new Set<string>();
  const missing: string[] = [];
  const walk = (path: string, entry: LockedPackage): void => {
    const { needed, optional } = needsOf(entry);
    for (const name of needed) if (pathOf(name, path) === undefined) missing.push(`${name}, which ${path} needs`);
    const own = Object.keys(entry.optionalDependencies ?? {});
    for (const name of [...needed, ...optional.filter((each) => own.includes(each))]) {
      const found = pathOf(name, path);
      if (found === undefined || paths.has(found)) continue;
      paths.add(found);
      walk(found, locked.get(found) ?? {});
    }
  };
  walk('', manifest);
  return { paths, missing };
}
