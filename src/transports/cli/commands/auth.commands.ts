import { Injectable } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';

import type { Session } from '../../../contracts/session.js';
import type { TermsReport } from '../../../core/login/consents.js';
import { SessionListDto } from '../../requests/session-answer.dto.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand, CommandGroup } from '../admin-command.js';
import { sessionArgument, sessionFromArgument } from '../session-argument.js';
import { facts, table } from '../table.js';
import { usageError } from '../usage-error.js';
import { LoginCommand } from './auth-login.command.js';

@SubCommand({ name: 'status', description: 'list the logins, with what is to be done about each', arguments: '[provider]' })
@Injectable()
export class LoginStatusCommand extends AdminCommand {
  async run([provider]: readonly string[], options: CommonOptions): Promise<void> {
    const { sessions } = await this.workbench.vault();
    const data: Session[] = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const page = await sessions.list({
        ...{ authType: 'oauth', limit: 200 },
        ...(provider !== undefined && { provider }),
        ...(cursor !== undefined && { cursor }),
      });
      data.push(...page.data);
      cursor = page.nextCursor;
    }
    const rows = data.map((each) => [
      ...[each.provider, each.name, each.status, each.statusReason],
      ...[each.expiresAt?.toISOString(), each.nextRefreshAt?.toISOString()],
    ]);
    this.print(options, new SessionListDto({ data }), table(['provider', 'name', 'status', 'why', 'expires', 'next refresh'], rows));
  }
}

@SubCommand({
  name: 'logout',
  description: 'end a login: its tokens are destroyed at once, and revoked with the provider where it has a way',
  arguments: '<session>',
  argsDescription: { session: sessionArgument },
})
@Injectable()
export class LogoutCommand extends AdminCommand {
  async run([argument = '']: readonly string[], options: CommonOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const { sessions } = await this.workbench.vault();
    const { id, authType } = await sessions.get('id' in address ? address : { authType: 'oauth', ...address });
    if (authType !== 'oauth') throw usageError(`${argument} is no login; delete a key with \`maestro sessions delete\``);
    await sessions.delete({ id });
    this.print(options, { deleted: true }, 'logged out\n');
  }
}

interface ConsentOptions extends CommonOptions {
  readonly accept?: string;
}

@SubCommand({
  name: 'consent',
  description: "show the terms of a provider's login that somebody has to accept, or accept them",
  arguments: '<provider>',
  argsDescription: { provider: "the provider's id" },
})
@Injectable()
export class ConsentCommand extends AdminCommand {
  async run([provider = '']: readonly string[], { accept, ...options }: ConsentOptions): Promise<void> {
    const { consents } = await this.workbench.vault();
    const report = await (accept === undefined ? consents.report(provider) : consents.accept(provider, accept));
    this.print(options, report, reportText(report));
  }

  @Option({ flags: '--accept <date>', description: 'accept them, by the date that they are shown with' })
  readAccept(text: string): string {
    return text;
  }
}

export const authVerbs = [LoginCommand, LoginStatusCommand, LogoutCommand, ConsentCommand];

@Command({ name: 'auth', description: 'logins with OAuth', subCommands: authVerbs })
@Injectable()
export class AuthCommands extends CommandGroup {}

function reportText({ provider, terms, termsDate, isAccepted, consent, environmentName }: TermsReport): string {
  if (termsDate === undefined) return `the login of ${provider} has no terms to accept\n`;
  const by = consent === undefined ? `by ${environmentName}` : `by ${consent.acceptedBy}, ${consent.acceptedAt.toISOString()}`;
  const how = `no; read them, then \`maestro auth consent ${provider} --accept ${termsDate}\` or ${environmentName}=${termsDate}`;
  return facts([
    ...terms.flatMap(({ text, source }): (readonly [string, string | undefined])[] => [
      ['terms', text],
      ['written at', source],
    ]),
    ['as of', termsDate],
    ['accepted', isAccepted ? by : how],
  ]);
}
