import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { builtGateway } from './built-gateway.js';
import { keepOutput } from './canary.js';

export type LogEntry = Readonly<Record<string, unknown>>;

/** The built gateway as a process of its own, which logs JSON. */
export interface GatewayProcess {
  readonly pid: number;
  /** Where it listens for HTTP. */
  readonly url: string;
  /** Where it listens for messages. */
  readonly rpcAddresses: readonly string[];
  /** What it logged so far. */
  readonly log: readonly LogEntry[];
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<number | null>;
}

/**
 * Resolves when it listens; rejects with what it said where it does not. `folder`: its own, without a `.env`. `main`: the program;
 * this tree's where none is given.
 */
export async function startGatewayProcess(
  folder: string,
  environment: Readonly<Record<string, string>>,
  main = builtGateway(),
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0', MAESTRO_DATA_DIR: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close');
  const log: LogEntry[] = [];
  const errors: string[] = [];
  child.stderr.on('data', (piece: Buffer) => {
    errors.push(piece.toString());
    keepOutput('log', piece.toString());
  });
  const { url, rpcAddresses } = await new Promise<LogEntry>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      keepOutput('log', line);
      const entry = entryFrom(line);
      if (entry === undefined) return;
      log.push(entry);
      if (entry['msg'] === 'listening') resolve(entry);
    });
    child.once('close', () => {
      reject(new Error(errors.join('')));
    });
  });
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    pid: child.pid ?? 0,
    url: String(url),
    rpcAddresses: typeof rpcAddresses === 'string' ? rpcAddresses.split(' ') : [],
    log,
    async kill() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}

/** Of a line that a killed process did not finish there is none. */
function entryFrom(line: string): LogEntry | undefined {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return undefined;
  }
}
