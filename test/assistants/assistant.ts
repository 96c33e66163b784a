import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A coding assistant as npm has it. */
export interface AssistantPackage {
  readonly name: string;
  readonly version: string;
  /** The command it installs. */
  readonly command: string;
}

export interface CommandOutcome {
  /** `null`: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CommandOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds after which the whole process group is killed: no run of its own takes as long. */
  readonly limit?: number;
}

/** Where the command is, or why there is none. */
export type Installed = { readonly path: string } | { readonly reason: string };

const cache = join(tmpdir(), 'maestro-assistants');

/** The command, installed by npm and kept for the next run; not a dependency of ours, and so outside the repository. */
export async function installed({ name, version, command }: AssistantPackage): Promise<Installed> {
  const folder = join(cache, `${name.replace(/^@/, '').replace(/\W+/g, '-')}-${version}`);
  const path = join(folder, 'node_modules', '.bin', command);
  if (versionIn(join(folder, 'node_modules', name, 'package.json')) === version && existsSync(path)) return { path };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const args = ['install', '--no-audit', '--no-fund', '--save-exact', `${name}@${version}`];
  const { code, stdout, stderr } = await run('npm', args, { cwd: folder, environment: inherited(), limit: 300_000 });
  if (code === 0 && existsSync(path)) return { path };
  return { reason: `npm cannot install ${name}@${version}: ${(stderr || stdout).trim().slice(-500)}` };
}

function versionIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: string }).version;
}

function inherited(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The folder of this Node, and where shells and tools stand. */
export const searchPath = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');

/** A command to its end in a process group of its own, with only the environment that is given. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, environment, limit = 120_000 }: CommandOptions,
): Promise<CommandOutcome> {
  const child = spawn(command, args, { cwd, env: { ...environment }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timer = setTimeout(() => {
    killGroup(child.pid);
  }, limit);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exitCode) => {
        // What it left running holds the pipes, and would be left behind.
        killGroup(child.pid);
        resolve(exitCode);
      });
    });
    if (!child.stdout.closed) await new Promise((resolve) => child.stdout.once('close', resolve));
    return { code, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}
