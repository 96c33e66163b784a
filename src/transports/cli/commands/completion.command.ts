import { Injectable } from '@nestjs/common';
import { Command, Help } from 'nest-commander';

import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import type { Command as AnyCommand } from '../command-tree.js';
import { treeOf } from '../command-tree.js';
import { completionScripts } from '../completion.js';
import { usageError } from '../usage-error.js';

const shells = Object.keys(completionScripts).join(', ');

@Command({
  name: 'completion',
  description: 'print what makes a shell complete the commands of this tool',
  arguments: '<shell>',
  argsDescription: { shell: shells },
})
@Injectable()
export class CompletionCommand extends AdminCommand {
  async run([shell = '']: readonly string[], options: CommonOptions): Promise<void> {
    const script = Object.entries(completionScripts).find(([name]) => name === shell)?.[1];
    if (script === undefined) throw usageError(`there is no completion for ${JSON.stringify(shell)}; there is ${shells}`);
    const text = script(treeOf(rootOf(this.command)));
    this.print(options, { shell, script: text }, text);
  }

  @Help('after')
  examples(): string {
    return `
The script knows the commands of this version: load it anew with each shell.

  source <(maestro completion bash)       # in ~/.bashrc
  source <(maestro completion zsh)        # in ~/.zshrc, after compinit
  maestro completion fish | source        # in ~/.config/fish/config.fish`;
  }
}

function rootOf(command: AnyCommand): AnyCommand {
  return command.parent === null ? command : rootOf(command.parent);
}
