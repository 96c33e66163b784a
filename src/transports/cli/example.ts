import { EventEmitter } from 'node:events';

import type { Command } from './command-tree.js';

/** What a person might type for an argument of that name. */
const samples: Readonly<Record<string, string>> = {
  ...{ provider: 'acme', name: 'team_key', 'new-name': 'lab_key', session: 'acme/team_key', model: 'some-model' },
  ...{ caller: 'ci', sessions: "'acme/ci_*'", grant: '0b9f2c4e-6d1a-4c0e-9a53-7f3f0f5b8a11', context: 'support-4711', chunk: 'c1' },
  ...{ 'key-id': 'k1', file: 'vault.backup', tool: 'env', path: '.env', id: 'acme', shell: 'bash' },
};

/** How the command is typed, for the end of its help; nothing where the command tells by itself. */
export function exampleText(command: Command): string {
  if (command instanceof EventEmitter && command.listenerCount('afterHelp') > 1) return '';
  const required = command.registeredArguments.filter((argument) => argument.required);
  const values = required.map((argument) => samples[argument.name()] ?? argument.name());
  return `\nExample:\n  ${[...pathOf(command), ...values].join(' ')}`;
}

function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];
}
