import { Inject } from '@nestjs/common';
import { CommandRunner, Option } from 'nest-commander';

import type { Command } from './command-tree.js';
import { exampleText } from './example.js';
import { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';
import { Workbench } from './workbench.js';

export interface CommonOptions {
  readonly json?: boolean;
}

/** What every verb has: its workbench, its terminal, `--json`, and mistakes that are thrown instead of ending the process. */
export abstract class AdminCommand extends CommandRunner {
  constructor(
    @Inject(Workbench) protected readonly workbench: Workbench,
    @Inject(Terminal) protected readonly terminal: Terminal,
  ) {
    super();
  }

  override setCommand(command: Command): this {
    command.exitOverride().allowExcessArguments(false);
    return super.setCommand(command.addHelpText('after', () => exampleText(command)));
  }

  @Option({ flags: '--json', description: 'print JSON, for programs' })
  readJson(): boolean {
    return true;
  }

  /** The result: `value` with `--json`, else `text`, whole lines. */
  protected print({ json }: CommonOptions, value: unknown, text: string): void {
    this.terminal.output.write(json === true ? `${JSON.stringify(value, undefined, 2)}\n` : text);
  }
}

/** A noun: it does nothing by itself and knows its verbs. */
export abstract class CommandGroup extends CommandRunner {
  override setCommand(command: Command): this {
    return super.setCommand(command.exitOverride());
  }

  async run([given]: readonly string[]): Promise<void> {
    if (given === undefined) this.command.help({ error: true });
    const verbs = this.command.commands.map((verb) => verb.name()).join(', ');
    throw usageError(`${this.command.name()} has no command ${JSON.stringify(given)}; there is ${verbs}`);
  }
}
