import { resolve } from 'node:path';

import { Injectable } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';

import { ProviderId } from '../../../contracts/provider-id.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { scaffoldedFiles, writeScaffold } from '../scaffold.js';

interface ScaffoldOptions extends CommonOptions {
  readonly into?: string;
}

@SubCommand({
  name: 'scaffold',
  description: 'write a package for a new provider, which passes the conformance kit at once',
  arguments: '<id>',
  argsDescription: { id: "the new provider's id: 2 to 40 lower-case letters, digits and hyphens" },
})
@Injectable()
export class ScaffoldProvider extends AdminCommand {
  async run([given = '']: readonly string[], options: ScaffoldOptions): Promise<void> {
    const id = ProviderId.parse(given);
    const files = scaffoldedFiles(await this.workbench.providerTemplate(), id);
    const name = `maestro-provider-${id}`;
    const folder = resolve(options.into ?? name);
    await writeScaffold(folder, files);
    const next = `cd ${folder} && npm install && npm test\n`;
    this.print(options, { name, folder, files: files.map(({ path }) => path) }, `wrote ${String(files.length)} files; go on with\n${next}`);
  }

  @Option({ flags: '--into <folder>', description: 'the folder to write; it must not be there yet (default: maestro-provider-<id>)' })
  readInto(folder: string): string {
    return folder;
  }
}
