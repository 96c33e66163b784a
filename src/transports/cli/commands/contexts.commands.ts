import { Injectable } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';

import type { CommonOptions } from '../admin-command.js';
import { AdminCommand, CommandGroup } from '../admin-command.js';
import { wholeNumber } from '../numbers.js';
import { sessionArgument, sessionFromArgument } from '../session-argument.js';
import { table } from '../table.js';

interface PageOptions extends CommonOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

abstract class PagedCommand extends AdminCommand {
  @Option({ flags: '--limit <count>', description: 'how many, 1 to 200 (default: 50)' })
  readLimit(text: string): number {
    return wholeNumber('--limit', text, 200);
  }

  @Option({ flags: '--cursor <cursor>', description: 'where the page before ended' })
  readCursor(text: string): string {
    return text;
  }

  protected printPage(
    options: CommonOptions,
    page: { readonly data: readonly object[]; readonly nextCursor?: string },
    text: string,
  ): void {
    this.print(options, page, page.nextCursor === undefined ? text : `${text}more: --cursor ${page.nextCursor}\n`);
  }
}

@SubCommand({
  name: 'list',
  description: 'list the conversations of a session',
  arguments: '<session>',
  argsDescription: { session: sessionArgument },
})
@Injectable()
export class ListContexts extends PagedCommand {
  async run([argument = '']: readonly string[], { json, ...query }: PageOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const page = await (await this.workbench.vault()).contexts.list(address, query);
    const rows = page.data.map(({ id, management, chunks, bytes, updatedAt }) => [
      id,
      management,
      String(chunks),
      String(bytes),
      updatedAt.toISOString(),
    ]);
    this.printPage({ json: json === true }, page, table(['context', 'kept', 'chunks', 'bytes', 'updated'], rows));
  }
}

@SubCommand({
  name: 'chunks',
  description: 'list what the next chat in a conversation sends',
  arguments: '<session> <context>',
  argsDescription: { session: sessionArgument, context: 'its id' },
})
@Injectable()
export class ListChunks extends PagedCommand {
  async run([argument = '', contextId = '']: readonly string[], { json, ...query }: PageOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const page = await (await this.workbench.vault()).contexts.chunks(address, contextId, query);
    const rows = page.data.map(({ id, content, metadata }) => [id, metadata.role, metadata.kind, beginningOf(content)]);
    this.printPage({ json: json === true }, page, table(['chunk', 'role', 'kind', 'content'], rows));
  }
}

@SubCommand({
  name: 'delete-chunk',
  description: 'prune a chunk, and what providers would refuse without it',
  arguments: '<session> <context> <chunk>',
  argsDescription: { session: sessionArgument, context: 'its id', chunk: 'its id' },
})
@Injectable()
export class DeleteChunk extends AdminCommand {
  async run([argument = '', contextId = '', chunkId = '']: readonly string[], options: CommonOptions): Promise<void> {
    const address = sessionFromArgument(argument);
    const deleted = await (await this.workbench.vault()).contexts.deleteChunk(address, contextId, chunkId);
    this.print(options, { deleted }, deleted.map((id) => `deleted ${id}\n`).join(''));
  }
}

@Command({ name: 'contexts', description: 'what is kept of conversations', subCommands: [ListContexts, ListChunks, DeleteChunk] })
@Injectable()
export class ContextCommands extends CommandGroup {}

/** For a table; with --json there is all of it. */
function beginningOf(text: string): string {
  const most = 80;
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
