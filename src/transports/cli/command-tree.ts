import type { CommandRunner } from 'nest-commander';

export type Command = Parameters<CommandRunner['setCommand']>[0];

export interface OptionNode {
  /** With its hyphens. */
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
}

/** A command as completion and help see it. */
export interface CommandNode {
  /** The words behind the tool's name; the tool itself has none. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly OptionNode[];
  /** True where it is given a file. */
  readonly takesFile: boolean;
  readonly children: readonly CommandNode[];
}

const files: ReadonlySet<string> = new Set(['file', 'path']);

export function treeOf(command: Command, path: readonly string[] = []): CommandNode {
  const options = command.createHelp().visibleOptions(command);
  return {
    path,
    description: command.description(),
    options: options.flatMap(({ long, description, required, optional }) =>
      typeof long === 'string' ? [{ flag: long, description, takesValue: required || optional }] : [],
    ),
    takesFile: command.registeredArguments.some((argument) => files.has(argument.name())),
    children: command.commands.map((child) => treeOf(child, [...path, child.name()])),
  };
}

/** Parents before their children. */
export function nodesOf(tree: CommandNode): readonly CommandNode[] {
  return [tree, ...tree.children.flatMap(nodesOf)];
}

export function nameOf({ path }: CommandNode): string {
  return path.at(-1) ?? '';
}
