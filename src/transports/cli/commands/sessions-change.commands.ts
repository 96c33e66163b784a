import { Injectable } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { SessionEdit } from '../../../core/sessions/new-session.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { sessionArgument, sessionFromArgument } from '../session-argument.js';
import { shownSession } from './session-output.js';

const argsDescription = { session: sessionArgument };

abstract class ChangeCommand extends AdminCommand {
  protected async change(argument: string, edit: SessionEdit, options: CommonOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const session = await (await this.workbench.vault()).sessions.change(address, edit);
    const { value, text } = shownSession(session);
    this.print(options, value, text);
  }
}

@SubCommand({
  name: 'rename',
  description: 'give a session another name; its id stays',
  arguments: '<session> <new-name>',
  argsDescription: { session: sessionArgument, 'new-name': '3 to 50 of A-Z a-z 0-9 _ -' },
})
@Injectable()
export class RenameSession extends ChangeCommand {
  async run([argument = '', name = '']: readonly string[], options: CommonOptions): Promise<void> {
    await this.change(argument, { name }, options);
  }
}

@SubCommand({ name: 'disable', description: 'serve nobody with this session until it is enabled', arguments: '<session>', argsDescription })
@Injectable()
export class DisableSession extends ChangeCommand {
  async run([argument = '']: readonly string[], options: CommonOptions): Promise<void> {
    await this.change(argument, { disabled: true }, options);
  }
}

@SubCommand({ name: 'enable', description: 'serve with this session again', arguments: '<session>', argsDescription })
@Injectable()
export class EnableSession extends ChangeCommand {
  async run([argument = '']: readonly string[], options: CommonOptions): Promise<void> {
    await this.change(argument, { disabled: false }, options);
  }
}

interface CloneOptions extends CommonOptions {
  readonly label?: string;
}

@SubCommand({
  name: 'clone',
  description: 'keep the same account under a second name',
  arguments: '<session> <new-name>',
  argsDescription: { session: sessionArgument, 'new-name': '3 to 50 of A-Z a-z 0-9 _ -' },
})
@Injectable()
export class CloneSession extends AdminCommand {
  async run([argument = '', name = '']: readonly string[], { label, ...options }: CloneOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const { sessions } = await this.workbench.vault();
    const { value, text } = shownSession(await sessions.clone(address, { name, ...(label !== undefined && { label }) }));
    this.print(options, value, text);
  }

  @Option({ flags: '--label <text>', description: 'a word for people' })
  readLabel(text: string): string {
    return text;
  }
}

interface DeleteOptions extends CommonOptions {
  readonly ifExists?: boolean;
}

@SubCommand({
  name: 'delete',
  description: 'delete a session; its secret is destroyed at once and its name is free',
  arguments: '<session>',
  argsDescription,
})
@Injectable()
export class DeleteSession extends AdminCommand {
  async run([argument = '']: readonly string[], { ifExists, ...options }: DeleteOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const { sessions } = await this.workbench.vault();
    let deleted = true;
    try {
      await sessions.delete(address);
    } catch (error) {
      if (ifExists !== true || !MaestroError.is(error) || error.code !== 'session.not-found') throw error;
      deleted = false;
    }
    this.print(options, { deleted }, deleted ? 'deleted\n' : 'there was none\n');
  }

  @Option({ flags: '--if-exists', description: 'be content where there is none' })
  readIfExists(): boolean {
    return true;
  }
}

@SubCommand({
  name: 'refresh',
  description: 'get new tokens for a login now, whatever failed before',
  arguments: '<session>',
  argsDescription,
})
@Injectable()
export class RefreshSession extends AdminCommand {
  async run([argument = '']: readonly string[], options: CommonOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const { provider } = await this.workbench.vault();
    const { value, text } = shownSession(await provider.refreshSession(address, { signal: this.terminal.signal }));
    this.print(options, value, text);
  }
}

export const ChangeSessionCommands = [RefreshSession, RenameSession, CloneSession, DisableSession, EnableSession, DeleteSession];
