import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = process.cwd();

/** The package as npm publishes it, unpacked where an application has it. */
export interface PackedPackage {
  /** An empty application's folder; what it imports is in its `node_modules`. */
  readonly application: string;
  /** `node_modules/maestro-llm` in it: files, no link to the sources. */
  readonly folder: string;
  /** What the package holds, relative to it. */
  readonly files: readonly string[];
  readonly tarball: string;
  remove(): void;
}

/**
 * Packs the built package, and unpacks it beside the dependencies that are installed here. npm itself takes a minute to install them
 * anew: see the nightly test.
 */
export async function packedPackage(): Promise<PackedPackage> {
  const place = mkdtempSync(join(tmpdir(), 'maestro-packed-'));
  const { stdout } = await run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', place], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as readonly PackReport[];
  if (packed === undefined) throw new Error('npm pack said nothing');
  const tarball = join(place, packed.filename);
  const application = join(place, 'application');
  const folder = join(application, 'node_modules', packed.name);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(application, 'node_modules', name));
  }
  await run('tar', ['--extract', '--gzip', '--strip-components=1', '--file', tarball, '--directory', folder]);
  return {
    application,
    folder,
    files: packed.files.map(({ path }) => path),
    tarball,
    remove: () => {
      rmSync(place, { recursive: true, force: true });
    },
  };
}

interface PackReport {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
