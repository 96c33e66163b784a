import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Another process with a share in the private PostgreSQL of a folder. */
export interface MemberProcess {
  readonly host: string;
  readonly pid: number;
  leave(): Promise<void>;
  kill(): Promise<void>;
}

export interface MemberOptions {
  readonly uid?: number;
  readonly gid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const root = process.cwd();
const loader = join(root, 'node_modules/tsx/dist/loader.mjs');
const program = join(root, 'test/persistence/member.mts');

/** Rejects with what the process wrote where it could not join. */
export async function startMember(dataDir: string, options: MemberOptions = {}): Promise<MemberProcess> {
  const child = spawn(process.execPath, ['--import', loader, program, dataDir], {
    cwd: '/tmp',
    stdio: ['pipe', 'pipe', 'pipe'],
    ...options,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error(errors.join(''));
  return {
    host: first.value,
    pid: child.pid ?? 0,
    async leave() {
      child.stdin.write('leave\n');
      await lines.next();
      await ended(child);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
