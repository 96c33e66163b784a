import { Injectable } from '@nestjs/common';
import { Command, Option } from 'nest-commander';

import type { ArchiveSummary } from '../../../core/archive/archive.port.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { archiveIn, writeArchive } from '../files.js';
import { withProgress } from '../progress.js';
import type { Cell } from '../table.js';
import { facts } from '../table.js';

@Command({
  name: 'backup',
  description: 'write the vault to a file, sealed as it rests; the keys are never in it',
  arguments: '<file>',
  argsDescription: { file: 'must not be there yet' },
})
@Injectable()
export class BackupCommand extends AdminCommand {
  async run([file = '']: readonly string[], options: CommonOptions): Promise<void> {
    const archive = await this.workbench.archive();
    const { signal } = this.terminal;
    const summary = await withProgress(this.terminal, options, (progress) =>
      writeArchive(file, (sink) => archive.backup(sink, { onProgress: progress.show, signal })),
    );
    this.print(options, summary, facts(summaryFacts(summary)));
  }
}

interface RestoreOptions extends CommonOptions {
  readonly dryRun?: boolean;
}

@Command({
  name: 'restore',
  description: 'put a backup into an empty vault, all of it or nothing',
  arguments: '<file>',
  argsDescription: { file: 'as `backup` wrote it' },
})
@Injectable()
export class RestoreCommand extends AdminCommand {
  async run([file = '']: readonly string[], { dryRun, ...options }: RestoreOptions): Promise<void> {
    const archive = await this.workbench.archive();
    const source = archiveIn(file);
    const { signal } = this.terminal;
    await withProgress(this.terminal, options, async (progress) => {
      const running = { onProgress: progress.show, signal };
      if (dryRun === true) {
        const summary = await archive.verify(source, running);
        this.print(options, summary, facts(summaryFacts(summary)));
        return;
      }
      const outcome = await archive.restore(source, running);
      this.print(options, outcome, facts([...summaryFacts(outcome), ['stale', `${String(outcome.stale)} sessions need attention`]]));
    });
  }

  @Option({ flags: '--dry-run', description: 'only say whether it could be restored' })
  readDryRun(): boolean {
    return true;
  }
}

function summaryFacts({ createdAt, schema, rows, keyIds, unreadable, sha256 }: ArchiveSummary): readonly (readonly [string, Cell])[] {
  return [
    ['created', createdAt.toISOString()],
    ['schema', schema],
    ...Object.entries(rows).map(([table, count]) => ['rows', `${table}: ${String(count)}`] as const),
    ['needs keys', keyIds.join(', ')],
    ['unreadable', unreadable.length === 0 ? undefined : unreadable.join(', ')],
    ['sha256', sha256],
  ];
}
