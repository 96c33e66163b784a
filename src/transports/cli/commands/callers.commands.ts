import { Injectable } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';

import { CallerAnswerDto, CallerListDto } from '../../requests/caller-answer.dto.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand, CommandGroup } from '../admin-command.js';
import { wholeNumber } from '../numbers.js';
import { callersText, callerText } from './caller-output.js';
import { CreateCaller } from './callers-create.command.js';
import { ExplainAccess, GrantSessions, SetCallerDefault, UngrantSessions } from './callers-grants.commands.js';

interface ListOptions extends CommonOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

@SubCommand({ name: 'list', description: 'list the callers, revoked ones, too' })
@Injectable()
export class ListCallers extends AdminCommand {
  async run(_arguments: readonly string[], { json, ...query }: ListOptions): Promise<void> {
    const page = await (await this.workbench.vault()).callers.list(query);
    const more = page.nextCursor === undefined ? '' : `more: --cursor ${page.nextCursor}\n`;
    this.print({ json: json === true }, new CallerListDto(page), callersText(page.data) + more);
  }

  @Option({ flags: '--limit <count>', description: 'how many, 1 to 200 (default: 50)' })
  readLimit(text: string): number {
    return wholeNumber('--limit', text, 200);
  }

  @Option({ flags: '--cursor <cursor>', description: 'where the page before ended' })
  readCursor(text: string): string {
    return text;
  }
}

@SubCommand({
  name: 'show',
  description: 'show a caller with its grants; never its key',
  arguments: '<caller>',
  argsDescription: { caller: 'its id or name' },
})
@Injectable()
export class ShowCaller extends AdminCommand {
  async run([given = '']: readonly string[], options: CommonOptions): Promise<void> {
    const account = await (await this.workbench.vault()).callers.get(given);
    this.print(options, new CallerAnswerDto(account), callerText(account));
  }
}

@SubCommand({
  name: 'revoke',
  description: 'revoke a key: from the next request on it opens nothing',
  arguments: '<caller>',
  argsDescription: { caller: 'its id or name' },
})
@Injectable()
export class RevokeCaller extends AdminCommand {
  async run([given = '']: readonly string[], options: CommonOptions): Promise<void> {
    await (await this.workbench.vault()).callers.revoke(given);
    this.print(options, { revoked: given }, `revoked ${given}\n`);
  }
}

/** Every class that the noun brings along. */
export const callerVerbs = [
  ...[ListCallers, CreateCaller, ShowCaller, RevokeCaller],
  ...[GrantSessions, UngrantSessions, SetCallerDefault, ExplainAccess],
];

@Command({ name: 'callers', description: 'who holds a Maestro key, and what each may use', subCommands: callerVerbs })
@Injectable()
export class CallerCommands extends CommandGroup {}
