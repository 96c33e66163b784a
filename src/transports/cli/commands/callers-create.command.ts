import { Injectable } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';

import { NewCallerDto } from '../../requests/caller-answer.dto.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { wholeNumber } from '../numbers.js';
import { usageError } from '../usage-error.js';
import { callerText } from './caller-output.js';

interface CreateOptions extends CommonOptions {
  readonly scopes?: readonly string[];
  readonly expiresAt?: Date;
  readonly streams?: number;
  readonly requestsPerMinute?: number;
}

@SubCommand({
  name: 'create',
  description: 'make a caller, and print its key this once',
  arguments: '<name>',
  argsDescription: { name: '3 to 50 letters, digits, underscores and hyphens' },
})
@Injectable()
export class CreateCaller extends AdminCommand {
  async run([name = '']: readonly string[], { json, scopes, expiresAt, ...limits }: CreateOptions): Promise<void> {
    const { callers } = await this.workbench.vault();
    const { account, key } = await callers.create({
      ...{ name, limits },
      ...(scopes !== undefined && { scopes }),
      ...(expiresAt !== undefined && { expiresAt }),
    });
    const told = key.reveal();
    this.print({ json: json === true }, new NewCallerDto(account, told), `${callerText(account)}key  ${told}\n`);
    this.terminal.errors.write('this key is not shown again\n');
  }

  @Option({ flags: '--scopes <scopes>', description: 'what it may do, separated by commas (default: chat)' })
  readScopes(text: string): readonly string[] {
    return text.split(',').map((scope) => scope.trim());
  }

  @Option({ flags: '--expires-at <time>', description: 'when its key ends, as 2030-01-31T12:00:00Z' })
  readExpiresAt(text: string): Date {
    const time = new Date(text);
    if (Number.isNaN(time.getTime())) throw usageError('--expires-at must be a time as 2030-01-31T12:00:00Z');
    return time;
  }

  @Option({ flags: '--streams <count>', description: 'answers under way at a time, for each process' })
  readStreams(text: string): number {
    return wholeNumber('--streams', text);
  }

  @Option({ flags: '--requests-per-minute <count>', description: 'requests, for each process' })
  readRequestsPerMinute(text: string): number {
    return wholeNumber('--requests-per-minute', text);
  }
}
