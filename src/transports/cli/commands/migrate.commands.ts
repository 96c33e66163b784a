import { Injectable } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type {
  MigrationFinding,
  MigrationOptions,
  MigrationOutcome,
  MigrationPlan,
  Migrations,
} from '../../../core/migrations/migrations.port.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand, CommandGroup } from '../admin-command.js';
import { oneLine } from '../printable.js';
import { withProgress } from '../progress.js';
import { facts } from '../table.js';

@SubCommand({ name: 'status', description: 'show which steps are applied; changes nothing' })
@Injectable()
export class MigrateStatus extends AdminCommand {
  async run(_arguments: readonly string[], options: CommonOptions): Promise<void> {
    const status = await (await this.workbench.migrations()).status();
    const { steps, unknownSteps, parkedRows } = status;
    const lines = [
      ...steps.map(({ name, isApplied }) => `${isApplied ? 'applied' : 'pending'}  ${name}`),
      ...unknownSteps.map((name) => `unknown  ${oneLine(name)} (of a newer Maestro)`),
      ...(parkedRows === 0 ? [] : [`${String(parkedRows)} rows are parked; the next \`maestro migrate up\` brings them back`]),
    ];
    this.print(options, status, lines.map((line) => `${line}\n`).join(''));
  }
}

interface PlanOptions extends CommonOptions {
  readonly down?: boolean;
}

@SubCommand({
  name: 'plan',
  description: 'show what `up` would do to which rows; changes nothing; ends with 78 where it would be refused',
})
@Injectable()
export class MigratePlan extends AdminCommand {
  async run(_arguments: readonly string[], { down, ...options }: PlanOptions): Promise<void> {
    const plan = await (await this.workbench.migrations()).plan(down === true ? 'down' : 'up');
    this.print(options, plan, planText(plan));
    if (plan.problems.length === 0) return;
    throw new MaestroError('migration.refused', { problem: plan.problems.map(({ text }) => text).join('; ') });
  }

  @Option({ flags: '--down', description: 'show what `down` would do instead' })
  readDown(): boolean {
    return true;
  }
}

abstract class MigrateCommand extends AdminCommand {
  protected async migrate(
    options: CommonOptions,
    run: (migrations: Migrations, options: MigrationOptions) => Promise<MigrationOutcome>,
  ): Promise<void> {
    const migrations = await this.workbench.migrations();
    const outcome = await withProgress(this.terminal, options, (progress) =>
      run(migrations, { onProgress: progress.show, signal: this.terminal.signal }),
    );
    const lines = outcome.steps.length === 0 ? ['nothing to do'] : outcome.steps.map((step) => `done  ${step}`);
    this.print(options, outcome, lines.map((line) => `${line}\n`).join(''));
  }
}

@SubCommand({ name: 'up', description: 'apply every pending step; may be interrupted and run again' })
@Injectable()
export class MigrateUp extends MigrateCommand {
  async run(_arguments: readonly string[], options: CommonOptions): Promise<void> {
    await this.migrate(options, (migrations, running) => migrations.up(running));
  }
}

interface DownOptions extends CommonOptions {
  readonly park?: boolean;
}

@SubCommand({ name: 'down', description: 'take one step back; no row is lost' })
@Injectable()
export class MigrateDown extends MigrateCommand {
  async run(_arguments: readonly string[], { park = false, ...options }: DownOptions): Promise<void> {
    await this.migrate(options, (migrations, running) => migrations.down({ ...running, park }));
  }

  @Option({ flags: '--park', description: 'put rows aside that the older schema has no room for; `up` brings them back' })
  readPark(): boolean {
    return true;
  }
}

@Command({
  name: 'migrate',
  description: "the database's schema, and what changing it does to the rows",
  subCommands: [MigrateStatus, MigratePlan, MigrateUp, MigrateDown],
})
@Injectable()
export class MigrateCommands extends CommandGroup {}

function planText({ steps, rows, toName, toSeal, toPark, toRestore, notes, problems }: MigrationPlan): string {
  const counted = facts([
    ['steps', steps.length === 0 ? 'none' : steps.join(', ')],
    ['rows', String(rows)],
    ['to name', String(toName)],
    ['to seal', String(toSeal)],
    ['to park', String(toPark)],
    ['to restore', String(toRestore)],
  ]);
  return `${counted}${notes.map(findingLine).join('')}${problems.map(findingLine).join('')}`;
}

function findingLine({ code, rows, text, examples }: MigrationFinding): string {
  const where = examples.length === 0 ? '' : ` (such as ${examples.join(', ')})`;
  return `${code}: ${String(rows)} rows: ${oneLine(`${text}${where}`)}\n`;
}
