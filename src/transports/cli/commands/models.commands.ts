import { Injectable } from '@nestjs/common';
import { Command, SubCommand } from 'nest-commander';

import type { Model } from '../../../contracts/model.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand, CommandGroup } from '../admin-command.js';
import { sessionArgument, sessionFromArgument } from '../session-argument.js';
import { facts, table } from '../table.js';

@SubCommand({
  name: 'list',
  description: 'list the models that a session can use',
  arguments: '<session>',
  argsDescription: { session: sessionArgument },
})
@Injectable()
export class ListModels extends AdminCommand {
  async run([argument = '']: readonly string[], options: CommonOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const vault = await this.workbench.vault();
    const { provider, authType, id } = await vault.sessions.get(address);
    const models = await vault.provider.listModels(provider, authType, id, { signal: this.terminal.signal });
    const rows = models.map((model) => [
      model.id,
      model.name,
      tokens(model.maxInputTokens),
      tokens(model.maxOutputTokens),
      abilities(model),
    ]);
    this.print(options, { data: models }, table(['model', 'name', 'tokens in', 'tokens out', 'abilities'], rows));
  }
}

@SubCommand({
  name: 'show',
  description: 'show what the provider tells of one model',
  arguments: '<session> <model>',
  argsDescription: { session: sessionArgument, model: 'as it is given to the provider' },
})
@Injectable()
export class ShowModel extends AdminCommand {
  async run([argument = '', modelId = '']: readonly string[], options: CommonOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const vault = await this.workbench.vault();
    const { provider, authType, id } = await vault.sessions.get(address);
    const model = await vault.provider.getModel(provider, authType, id, modelId, { signal: this.terminal.signal });
    const text = facts([
      ['model', model.id],
      ['name', model.name],
      ['tokens in', tokens(model.maxInputTokens)],
      ['tokens out', tokens(model.maxOutputTokens)],
      ['owned by', model.ownedBy],
      ['created', model.createdAt?.toISOString()],
      ['catalogue', model.catalogueDate],
      ...Object.entries(model.abilities),
    ]);
    this.print(options, model, text);
  }
}

@Command({ name: 'models', description: 'the models behind a session', subCommands: [ListModels, ShowModel] })
@Injectable()
export class ModelCommands extends CommandGroup {}

function tokens(count: number | undefined): string | undefined {
  return count === undefined ? undefined : String(count);
}

function abilities({ capabilities }: Model): string {
  return capabilities.join(', ');
}
