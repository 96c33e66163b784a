import type { CommanderOptionsType } from 'nest-commander';
import { CommandFactory, CommandRunnerService } from 'nest-commander';

import { CliModule } from './cli.module.js';
import type { Ending } from './failure.js';
import { endingOf } from './failure.js';
import type { Terminal } from './terminal.js';
import type { Workbench } from './workbench.js';

export interface CliOptions {
  /** What was typed behind the tool's name. */
  readonly args: readonly string[];
  readonly workbench: Workbench;
  readonly terminal: Terminal;
  readonly version: string;
  /** Told what nobody foresaw, before the one line about it. */
  readonly logUnexpected: (error: unknown) => Promise<void>;
}

/** Runs one command to its end; gives the exit code. Never rejects. */
export async function runCli(options: CliOptions): Promise<number> {
  const { text, exitCode, unexpected } = await endingOfCommand(options);
  if (unexpected !== undefined) await options.logUnexpected(unexpected);
  options.terminal.errors.write(text);
  return exitCode;
}

async function endingOfCommand({ args, workbench, terminal, version }: CliOptions): Promise<Ending> {
  const isJson = args.includes('--json');
  let ending: Ending = { exitCode: 0, text: '' };
  // Without a logger: Nest says nothing of its start.
  const commander: CommanderOptionsType = {
    version,
    outputConfiguration: {
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void terminal.errors.write(text),
      // What commander has to say comes back as an error, and is told as every other.
      outputError: () => undefined,
    },
    serviceErrorHandler: (failure: unknown) => {
      ending = endingOf(failure, { isJson });
    },
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents a literal.
  const application = await CommandFactory.createWithoutRunning(CliModule.forRoot({ workbench, terminal }), commander);
  try {
    await application.get(CommandRunnerService).run(['node', 'maestro', ...args]);
  } finally {
    await application.close();
  }
  return ending;
}
