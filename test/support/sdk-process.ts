import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a client of a vendor's own gave: a value, or the items of a stream as far as they came, and what it threw. */
export interface SdkOutcome {
  readonly value?: unknown;
  readonly items?: readonly unknown[];
  readonly error?: SdkError;
}

export interface SdkError {
  /** Of the class. */
  readonly name: string;
  readonly status?: number;
  readonly code?: string;
  readonly type?: string;
  readonly param?: string;
  readonly message: string;
  readonly requestId?: string;
}

export interface SdkCall {
  /** A method of what the call gives, to be called as well. */
  readonly then?: string;
  /** Leave a stream after so many items. */
  readonly leaveAfter?: number;
}

/** A vendor's own client, in a process of its own: some cannot be loaded by Jest, and their types are not ours to check. */
export interface SdkProcess {
  call(path: string, args: readonly unknown[], more?: SdkCall): Promise<SdkOutcome>;
  close(): Promise<void>;
}

const root = process.cwd();
const loader = join(root, 'node_modules/tsx/dist/loader.mjs');

export function startSdk(kind: string, baseUrl: string, key: string): SdkProcess {
  const child = spawn(process.execPath, ['--import', loader, join(root, 'test/doors/sdk.mts'), kind, baseUrl, key], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<number, (outcome: SdkOutcome) => void>();
  let count = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, ...outcome } = JSON.parse(line) as SdkOutcome & { readonly id: number };
    waiting.get(id)?.(outcome);
    waiting.delete(id);
  });
  return {
    call(path, args, more) {
      count += 1;
      const id = count;
      const outcome = new Promise<SdkOutcome>((resolve) => waiting.set(id, resolve));
      child.stdin.write(`${JSON.stringify({ id, path, args, ...more })}\n`);
      return outcome;
    },
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
