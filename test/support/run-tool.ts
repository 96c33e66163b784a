import { PassThrough, Readable, Writable } from 'node:stream';

import { Callers } from '../../src/core/access/callers.js';
import { Consents } from '../../src/core/login/consents.js';
import { LocalServers } from '../../src/core/local-servers/local-servers.js';
import { Logins } from '../../src/core/login/logins.js';
import type { MigrationPlan, Migrations } from '../../src/core/migrations/migrations.port.js';
import { UsageReports } from '../../src/core/usage/usage-reports.js';
import { SessionCheckup } from '../../src/core/sessions/session-checkup.js';
import { runCli } from '../../src/transports/cli/run-cli.js';
import type { Workbench } from '../../src/transports/cli/workbench.js';
import type { RunningMaestro } from './start-maestro.js';

export interface ToolRun {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
  readonly unexpected: readonly unknown[];
}

export interface ToolOptions {
  readonly workbench?: Workbench;
  /** Standard input that is no terminal. */
  readonly input?: string;
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs the admin tool's commands in this process, over the given parts. */
export async function runTool(args: readonly string[], options: ToolOptions = {}): Promise<ToolRun> {
  const { workbench = workbenchOf({}), input = '', isTerminal = false, signal = new AbortController().signal } = options;
  const output = collector(isTerminal);
  const errors = collector(isTerminal);
  const unexpected: unknown[] = [];
  const exitCode = await runCli({
    args,
    workbench,
    terminal: { input: Readable.from([Buffer.from(input)]), output: output.stream, errors: errors.stream, signal },
    version: '1.2.3',
    logUnexpected: async (error) => {
      unexpected.push(error);
    },
  });
  return { exitCode, output: output.text(), errors: errors.text(), unexpected };
}

/** A command that waits for something. */
export interface WatchedTool {
  readonly over: Promise<ToolRun>;
  /** What it said on standard error so far. */
  errors(): string;
  /** All of standard input. */
  type(text: string): void;
}

/** As `runTool`, while it runs. */
export function watchTool(
  args: readonly string[],
  { workbench = workbenchOf({}), signal = new AbortController().signal }: Pick<ToolOptions, 'workbench' | 'signal'> = {},
): WatchedTool {
  const [output, errors] = [collector(false), collector(false)];
  const input = new PassThrough();
  const unexpected: unknown[] = [];
  const running = runCli({
    args,
    workbench,
    terminal: { input, output: output.stream, errors: errors.stream, signal },
    version: '1.2.3',
    logUnexpected: async (error) => {
      unexpected.push(error);
    },
  });
  return {
    over: running.then((exitCode) => ({ exitCode, output: output.text(), errors: errors.text(), unexpected })),
    errors: () => errors.text(),
    type: (text) => {
      input.end(text);
    },
  };
}

function collector(isTTY: boolean): { readonly stream: Writable & { isTTY: boolean }; text(): string } {
  const pieces: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      pieces.push(chunk.toString());
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => pieces.join('') };
}

/** A workbench with the parts at hand; asking for another one is a failure of the test. */
export function workbenchOf(parts: Partial<Workbench>): Workbench {
  const missing = async (): Promise<never> => {
    throw new Error('this command was not expected to ask for this part');
  };
  return {
    ...{
      registry: missing,
      providerTemplate: missing,
      localServers: async () => ({ look: async () => [] }),
      vault: missing,
      migrations: missing,
      keyRotation: missing,
    },
    ...{ audit: missing, archive: missing, imports: missing },
    ...parts,
  };
}

export function workbenchOver({ application, registry, maestro, sessions, contexts }: RunningMaestro): Workbench {
  const vault = {
    ...{ provider: maestro, sessions, contexts },
    checkup: application.get(SessionCheckup, { strict: false }),
    logins: application.get(Logins, { strict: false }),
    consents: application.get(Consents, { strict: false }),
    callers: application.get(Callers, { strict: false }),
    usage: application.get(UsageReports, { strict: false }),
  };
  const localServers = async () => application.get(LocalServers, { strict: false });
  return workbenchOf({ registry: async () => registry, localServers, vault: async () => vault });
}

export function aPlan(plan: Partial<MigrationPlan> = {}): MigrationPlan {
  return { direction: 'up', steps: [], rows: 0, toName: 0, toSeal: 0, toPark: 0, toRestore: 0, notes: [], problems: [], ...plan };
}

/** Migrations that say what they are told to. */
export function migrationsOf(parts: Partial<Migrations>): Workbench {
  const nothing: Migrations = {
    status: async () => ({ steps: [], unknownSteps: [], parkedRows: 0 }),
    plan: async () => aPlan(),
    up: async () => ({ steps: [] }),
    down: async () => ({ steps: [] }),
  };
  return workbenchOf({ migrations: async () => ({ ...nothing, ...parts }) });
}
