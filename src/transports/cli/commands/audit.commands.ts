import { Injectable } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';

import type { AuditHead, AuditVerdict } from '../../../contracts/audit-event.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand, CommandGroup } from '../admin-command.js';
import { wholeNumber } from '../numbers.js';
import { withProgress } from '../progress.js';
import { facts, table } from '../table.js';
import { usageError } from '../usage-error.js';

const defaultLimit = 50;

interface ListOptions extends CommonOptions {
  readonly limit?: number;
  readonly before?: number;
  readonly target?: string;
  readonly actor?: string;
}

@SubCommand({ name: 'list', description: 'list what was changed, the newest first' })
@Injectable()
export class ListAudit extends AdminCommand {
  async run(_arguments: readonly string[], { json, limit = defaultLimit, ...filter }: ListOptions): Promise<void> {
    const events = await (await this.workbench.audit()).list({ ...filter, limit });
    const rows = events.map(({ seq, at, actor, action, target, outcome, detail }) => [
      String(seq),
      at.toISOString(),
      actor,
      action,
      target,
      outcome,
      detail,
    ]);
    this.print({ json: json === true }, { data: events }, table(['seq', 'at', 'actor', 'action', 'target', 'outcome', 'detail'], rows));
  }

  @Option({ flags: '--limit <count>', description: 'how many, 1 to 200 (default: 50)' })
  readLimit(text: string): number {
    return wholeNumber('--limit', text, 200);
  }

  @Option({ flags: '--before <seq>', description: 'only events older than this one' })
  readBefore(text: string): number {
    return wholeNumber('--before', text);
  }

  @Option({ flags: '--target <id>', description: 'only what was done to this id' })
  readTarget(text: string): string {
    return text;
  }

  @Option({ flags: '--actor <id>', description: 'only what this caller did' })
  readActor(text: string): string {
    return text;
  }
}

interface VerifyOptions extends CommonOptions {
  readonly checkpoint?: AuditHead;
}

@SubCommand({ name: 'verify', description: 'walk the whole trail; ends with 65 where it does not hold' })
@Injectable()
export class VerifyAudit extends AdminCommand {
  async run(_arguments: readonly string[], { checkpoint, ...options }: VerifyOptions): Promise<void> {
    const audit = await this.workbench.audit();
    const verdict = await withProgress(this.terminal, options, (progress) =>
      audit.verify({
        onProgress: (done, total) => {
          progress.show({ step: 'events', done, total });
        },
        signal: this.terminal.signal,
        ...(checkpoint !== undefined && { checkpoint }),
      }),
    );
    this.print(options, verdict, verdictText(verdict));
    const { ok, firstBroken = { seq: verdict.head.seq, problem: 'unknown' } } = verdict;
    if (!ok) throw new MaestroError('audit.broken', firstBroken);
  }

  @Option({
    flags: '--checkpoint <seq:hash>',
    description: 'an end of the trail that was noted earlier; shows whether events were cut off',
  })
  readCheckpoint(text: string): AuditHead {
    const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
    if (seq === undefined || hash === undefined) throw usageError('--checkpoint must be seq:hash, as `audit verify` prints its end');
    return { seq: Number(seq), hash };
  }
}

@Command({ name: 'audit', description: 'the trail of changes', subCommands: [ListAudit, VerifyAudit] })
@Injectable()
export class AuditCommands extends CommandGroup {}

function verdictText({ ok, checked, withoutKey, head, firstBroken }: AuditVerdict): string {
  return facts([
    ['holds', ok ? 'yes' : 'no'],
    ['events', String(checked)],
    ['without key', withoutKey === 0 ? undefined : String(withoutKey)],
    ['end', `${String(head.seq)}:${head.hash}`],
    ['broken at', firstBroken === undefined ? undefined : `${String(firstBroken.seq)} (${firstBroken.problem})`],
  ]);
}
