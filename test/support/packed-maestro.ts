import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { builtGateway } from './built-gateway.js';

/** Packs the package in a folder as `npm pack` does; gives the archive. */
export function packed(folder: string, into: string): string {
  const output = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', into], {
    cwd: folder,
    encoding: 'utf8',
  });
  return join(into, output.trim().split('\n').at(-1) ?? '');
}

/** This package, as it would be published. */
export function packedMaestro(into: string): string {
  builtGateway();
  return packed(process.cwd(), into);
}

/** Unpacks an archive into `<nodeModules>/<name>`, as an installation would. */
export function installed(archive: string, nodeModules: string, name: string): string {
  const folder = join(nodeModules, name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1']);
  return folder;
}

/** A `node_modules` with everything that this project has installed: links, since nothing here may need the network. */
export function linkedModules(nodeModules: string): void {
  mkdirSync(nodeModules, { recursive: true });
  for (const name of readdirSync(resolve('node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(resolve('node_modules', name), join(nodeModules, name));
  }
}

export function copied(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  return to;
}
