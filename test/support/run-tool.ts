import { Readable, Writable } from 'node:stream';

import type { MigrationPlan, Migrations } from '../../src/core/migrations/migrations.port.js';
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
    ...{ registry: missing, vault: missing, migrations: missing, keyRotation: missing },
    ...{ audit: missing, archive: missing, imports: missing },
    ...parts,
  };
}

export function workbenchOver({ application, registry, maestro, sessions }: RunningMaestro): Workbench {
  const checkup = application.get(SessionCheckup, { strict: false });
  return workbenchOf({ registry: async () => registry, vault: async () => ({ provider: maestro, sessions, checkup }) });
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
