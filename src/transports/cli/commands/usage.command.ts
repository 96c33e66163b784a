import { Injectable } from '@nestjs/common';
import { Command, Option } from 'nest-commander';

import type { UsageGroup, UsageQuery } from '../../../contracts/usage.js';
import { usageDimensions } from '../../../contracts/usage.js';
import { UsageReportDto } from '../../requests/usage-answer.dto.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { wholeNumber } from '../numbers.js';
import { table } from '../table.js';
import { usageError } from '../usage-error.js';

type UsageOptions = CommonOptions & UsageQuery;

@Command({ name: 'usage', description: 'requests, tokens, errors and latency, by the hour' })
@Injectable()
export class UsageCommand extends AdminCommand {
  async run(_arguments: readonly string[], { json, ...query }: UsageOptions): Promise<void> {
    const report = await (await this.workbench.vault()).usage.list(query);
    const more = report.nextCursor === undefined ? '' : `more: --cursor ${report.nextCursor}\n`;
    this.print({ json: json === true }, new UsageReportDto(report), usageText(report.data) + more);
  }

  @Option({ flags: '--from <time>', description: 'as 2026-03-01T00:00:00Z (default: 30 days ago)' })
  readFrom(text: string): Date {
    return timeFrom('--from', text);
  }

  @Option({ flags: '--to <time>', description: 'until when (default: now)' })
  readTo(text: string): Date {
    return timeFrom('--to', text);
  }

  @Option({
    flags: '--by <dimensions>',
    description: `what to tell apart, separated by commas: ${usageDimensions.join(', ')}; or total (default: provider,model)`,
  })
  readBy(text: string): readonly string[] {
    return text.split(',').map((dimension) => dimension.trim());
  }

  @Option({ flags: '--caller <caller>', description: 'only of this one, by id or name' })
  readCaller(text: string): string {
    return text;
  }

  @Option({ flags: '--session <session>', description: 'only through this one, by id or name' })
  readSession(text: string): string {
    return text;
  }

  @Option({ flags: '--provider <provider>', description: 'only of this one' })
  readProvider(text: string): string {
    return text;
  }

  @Option({ flags: '--model <model>', description: 'only of this one' })
  readModel(text: string): string {
    return text;
  }

  @Option({ flags: '--limit <count>', description: 'how many groups, 1 to 200 (default: 100)' })
  readLimit(text: string): number {
    return wholeNumber('--limit', text, 200);
  }

  @Option({ flags: '--cursor <cursor>', description: 'where the page before ended' })
  readCursor(text: string): string {
    return text;
  }
}

function timeFrom(option: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw usageError(`${option} must be a time as 2026-03-01T00:00:00Z`);
  return time;
}

/** Only the columns that the groups have. */
function usageText(groups: readonly UsageGroup[]): string {
  const told = usageDimensions.filter((dimension) => groups[0]?.[dimension] !== undefined);
  const headings = [...told, 'requests', 'failed', 'left', 'input', 'output', 'cached', 'reasoning', 'mean ms', 'first ms', 'errors'];
  const rows = groups.map(({ requests, errors, left, tokens, latency, ...names }) => {
    const failures = Object.entries(errors);
    const failed = failures.reduce((sum, [, count]) => sum + count, 0);
    const numbers = [requests, failed, left, tokens.input, tokens.output, tokens.cacheRead, tokens.reasoning, latency.meanMs];
    return [
      ...told.map((dimension) => nameOf(names[dimension])),
      ...numbers.map((number) => String(Math.round(number))),
      latency.meanFirstMs === undefined ? undefined : String(Math.round(latency.meanFirstMs)),
      failures.map(([code, count]) => `${code} ${String(count)}`).join(', '),
    ];
  });
  return table(headings, rows);
}

function nameOf(told: string | { readonly name: string; readonly provider?: string } | undefined): string | undefined {
  if (typeof told !== 'object') return told;
  return told.provider === undefined ? told.name : `${told.provider}/${told.name}`;
}
