import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { Injectable } from '@nestjs/common';
import { Command, Help, Option } from 'nest-commander';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { ImportTool } from '../../../contracts/imports.js';
import { importTools } from '../../../contracts/imports.js';
import { Secret } from '../../../contracts/secret.js';
import type { ImportFile, ImportPlan } from '../../../core/import/import-plan.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { cannot, codeOf } from '../files.js';
import { oneLine } from '../printable.js';
import { table } from '../table.js';
import { usageError } from '../usage-error.js';

interface ImportOptions extends CommonOptions {
  readonly dryRun?: boolean;
}

@Command({
  name: 'import',
  description: 'make sessions of what other programs keep in their files; the files stay as they are',
  arguments: '<tool> <path>',
  argsDescription: { tool: importTools.join(', '), path: 'a file, or a folder of JSON files' },
})
@Injectable()
export class ImportCommand extends AdminCommand {
  async run([tool = '', path = '']: readonly string[], { dryRun, ...options }: ImportOptions): Promise<void> {
    const files = await filesAt(toolFrom(tool), path);
    const imports = await this.workbench.imports();
    const plan = dryRun === true ? await imports.plan(files) : await imports.apply(files);
    const { items, troubles, created = [] } = { created: undefined, ...plan };
    this.print(options, { items, troubles, created: created.map(({ id }) => id) }, planText(plan));
    if (troubles.length > 0)
      throw new MaestroError('request.invalid', { problems: troubles.map(({ origin, text }) => `${origin}: ${text}`) });
  }

  @Option({ flags: '--dry-run', description: 'only say what would become of each' })
  readDryRun(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
A table of sessions of the origin is not imported but migrated: see \`maestro migrate plan\`.

  maestro import env .env --dry-run
  maestro import codex ~/.codex/auth.json`;
  }
}

function toolFrom(text: string): ImportTool {
  const tool = importTools.find((name) => name === text);
  if (tool === undefined) throw usageError(`${JSON.stringify(text)} is nothing that can be imported; there is ${importTools.join(', ')}`);
  return tool;
}

async function filesAt(tool: ImportTool, path: string): Promise<readonly ImportFile[]> {
  try {
    const names = await namesIn(path);
    return await Promise.all(names.map(async (name) => ({ tool, name: basename(name), text: Secret.of(await readFile(name, 'utf8')) })));
  } catch (error) {
    return cannot('read', path, error);
  }
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    const names = await readdir(path);
    return names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(path, name));
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return [path];
    throw error;
  }
}

function planText({ items, troubles }: ImportPlan): string {
  const rows = items.map(({ origin, provider, authType, name, verdict, note }) => [origin, provider, authType, name, verdict, note]);
  const logins = new Set(items.flatMap(({ verdict, invalidatesLoginOf }) => (verdict === 'create' ? (invalidatesLoginOf ?? []) : [])));
  return [
    table(['from', 'provider', 'auth type', 'name', 'verdict', 'note'], rows),
    ...troubles.map(({ origin, text }) => `not read: ${oneLine(origin)}: ${oneLine(text)}\n`),
    ...[...logins].map((name) => `the login of ${oneLine(name)} ends when Maestro first refreshes its tokens; log in there again\n`),
  ].join('');
}
