import { Injectable } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';

import type { Scope } from '../../../contracts/caller.js';
import { scopes } from '../../../contracts/caller.js';
import type { AccessReport } from '../../../core/access/callers.js';
import { AccessReportDto, CallerAnswerDto, GrantAnswerDto } from '../../requests/caller-answer.dto.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { sessionArgument, sessionFromArgument } from '../session-argument.js';
import { facts } from '../table.js';
import { usageError } from '../usage-error.js';
import { callerText, grantText } from './caller-output.js';

const caller = 'its id or name';

@SubCommand({
  name: 'grant',
  description: 'let a caller use sessions',
  arguments: '<caller> <sessions>',
  argsDescription: { caller, sessions: 'provider/name or provider/auth-type/name; each may end in *' },
})
@Injectable()
export class GrantSessions extends AdminCommand {
  async run([given = '', pattern = '']: readonly string[], options: CommonOptions): Promise<void> {
    const { callers } = await this.workbench.vault();
    const grant = await callers.grant(given, grantFromArgument(pattern));
    this.print(options, new GrantAnswerDto(grant), `granted ${grantText(grant)}\n`);
  }
}

function grantFromArgument(text: string): { readonly provider: string; readonly authType?: string; readonly name: string } {
  const [provider = '', ...rest] = text.split('/');
  const name = rest.at(-1);
  const [authType] = rest.slice(0, -1);
  if (name === undefined || rest.length > 2) {
    throw usageError(`${JSON.stringify(text)} names no sessions: write provider/name or provider/auth-type/name`);
  }
  return { provider, name, ...(authType !== undefined && { authType }) };
}

@SubCommand({
  name: 'ungrant',
  description: 'take a grant back',
  arguments: '<caller> <grant>',
  argsDescription: { caller, grant: 'the id of the grant; see callers show' },
})
@Injectable()
export class UngrantSessions extends AdminCommand {
  async run([given = '', grant = '']: readonly string[], options: CommonOptions): Promise<void> {
    await (await this.workbench.vault()).callers.revokeGrant(given, grant);
    this.print(options, { revoked: grant }, `took back ${grant}\n`);
  }
}

@SubCommand({
  name: 'default',
  description: 'say which session a caller means that names none; without a session: none any more',
  arguments: '<caller> <provider> [session]',
  argsDescription: { caller, provider: 'its id', session: 'the name or the id of one that is granted to the caller' },
})
@Injectable()
export class SetCallerDefault extends AdminCommand {
  async run([given = '', provider = '', session]: readonly string[], options: CommonOptions): Promise<void> {
    const { callers } = await this.workbench.vault();
    const account = await callers.setDefault(given, provider, session);
    this.print(options, new CallerAnswerDto(account), callerText(account));
  }
}

interface WhyOptions extends CommonOptions {
  readonly scope?: Scope;
}

@SubCommand({
  name: 'why',
  description: 'tell why a caller may, or may not, use a session',
  arguments: '<caller> <session>',
  argsDescription: { caller, session: sessionArgument },
})
@Injectable()
export class ExplainAccess extends AdminCommand {
  async run([given = '', session = '']: readonly string[], { json, scope }: WhyOptions): Promise<void> {
    const report = await (await this.workbench.vault()).callers.why(given, sessionFromArgument(session), scope);
    this.print({ json: json === true }, new AccessReportDto(report), reportText(report));
  }

  @Option({ flags: '--scope <scope>', description: `for what: ${scopes.join(', ')} (default: chat)` })
  readScope(text: string): Scope {
    const known = scopes.find((scope) => scope === text);
    if (known === undefined) throw usageError(`--scope must be one of ${scopes.join(', ')}`);
    return known;
  }
}

function reportText({ callerId, sessionId, scope, isAllowed, reason, grant }: AccessReport): string {
  return facts([
    ['allowed', isAllowed ? 'yes' : 'no'],
    ['why', reason],
    ['scope', scope],
    ['by grant', grant && `${grant.id}  ${grantText(grant)}`],
    ['caller', callerId],
    ['session', sessionId],
  ]);
}
