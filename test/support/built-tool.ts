import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface BuiltToolRun {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
  /** From starting the process to its end. */
  readonly milliseconds: number;
}

export interface BuiltToolOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Told when the process runs. */
  readonly onStart?: (child: { kill(signal: NodeJS.Signals): boolean }) => void;
}

/** The file that the package's `bin` names. */
export const tool = join(process.cwd(), 'bin/maestro.mjs');

/** The admin tool as it is shipped, as a process of its own that knows no other environment than the given. */
export function runBuiltTool(args: readonly string[], options?: BuiltToolOptions): Promise<BuiltToolRun> {
  return runNode([tool, ...args], options);
}

/** What Node itself takes to start and to end. */
export function runNode(args: readonly string[], { env = {}, input = '', onStart }: BuiltToolOptions = {}): Promise<BuiltToolRun> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, { cwd: '/', env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe' });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => output.push(piece));
  child.stderr.on('data', (piece: Buffer) => errors.push(piece));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve({
        exitCode,
        output: Buffer.concat(output).toString(),
        errors: Buffer.concat(errors).toString(),
        milliseconds: performance.now() - begin,
      });
    });
  });
}
