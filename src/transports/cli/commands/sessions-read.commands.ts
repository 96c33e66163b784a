import { Injectable } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';

import type { Session } from '../../../contracts/session.js';
import type { Sessions } from '../../../core/sessions/sessions.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { sessionArgument, sessionFromArgument } from '../session-argument.js';
import { facts } from '../table.js';
import { shownSession, shownSessions } from './session-output.js';

/** Sessions that are fetched at a time. */
const pageSize = 200;

interface ListOptions extends CommonOptions {
  readonly provider?: string;
  readonly authType?: string;
  readonly status?: string;
}

@SubCommand({ name: 'list', description: 'list sessions, all of them unless told otherwise' })
@Injectable()
export class ListSessions extends AdminCommand {
  async run(_arguments: readonly string[], { json, ...query }: ListOptions): Promise<void> {
    const { sessions } = await this.workbench.vault();
    const found = await allOf(sessions, query);
    const { value, text } = shownSessions(found);
    this.print({ json: json === true }, value, text);
  }

  @Option({ flags: '--provider <id>', description: 'only those of this provider' })
  readProvider(text: string): string {
    return text;
  }

  @Option({ flags: '--auth-type <type>', description: 'only api_key or only oauth' })
  readAuthType(text: string): string {
    return text;
  }

  @Option({ flags: '--status <status>', description: 'only those with this status, such as reauth_required' })
  readStatus(text: string): string {
    return text;
  }
}

async function allOf(sessions: Sessions, query: Omit<ListOptions, 'json'>): Promise<readonly Session[]> {
  const found: Session[] = [];
  let cursor: string | undefined;
  do {
    const page = await sessions.list({ ...query, limit: pageSize, ...(cursor !== undefined && { cursor }) });
    found.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

@SubCommand({
  name: 'show',
  description: 'show one session; never its secret',
  arguments: '<session>',
  argsDescription: { session: sessionArgument },
})
@Injectable()
export class ShowSession extends AdminCommand {
  async run([argument = '']: readonly string[], options: CommonOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const session = await (await this.workbench.vault()).sessions.get(address);
    const { value, text } = shownSession(session);
    this.print(options, value, text);
  }
}

@SubCommand({
  name: 'test',
  description: 'ask the provider whether it takes the credential',
  arguments: '<session>',
  argsDescription: { session: sessionArgument },
})
@Injectable()
export class TestSession extends AdminCommand {
  async run([argument = '']: readonly string[], options: CommonOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const { sessions } = await this.workbench.vault();
    const report = await sessions.test(address, { signal: this.terminal.signal });
    this.print(options, report, facts(Object.entries(report).map(([name, value]) => [name, String(value)])));
  }
}
