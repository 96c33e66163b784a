import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

import type { ProviderId } from '../../contracts/provider-id.js';
import { cannot } from './files.js';

/** A file of a new package. */
export interface ScaffoldedFile {
  /** Below the package's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** The template's files under another name. Those that tools would take for their own wear an underscore there. */
export function scaffoldedFiles(templateFolder: string, id: ProviderId): readonly ScaffoldedFile[] {
  return readdirSync(templateFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((file) => ({
      path: renamed(file.slice(templateFolder.length + 1), id)
        .replaceAll(sep, '/')
        .replace(/^_/, ''),
      text: renamed(readFileSync(file, 'utf8'), id),
    }));
}

/** The template's own name, in each way of writing it: in code, as an id, in front of a setting, and for people. */
function renamed(text: string, id: ProviderId): string {
  const words = id.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  const pascal = words.join('');
  const camel = `${pascal.charAt(0).toLowerCase()}${pascal.slice(1)}`;
  return text
    .replaceAll(/Sample(?=[A-Z])/g, pascal)
    .replaceAll('Sample', words.join(' '))
    .replaceAll(/sample(?=[A-Z])/g, camel)
    .replaceAll('SAMPLE', id.toUpperCase().replaceAll('-', '_'))
    .replaceAll('sample', id);
}

/** Into a folder that is not there yet. @throws MaestroError `request.invalid` where it cannot be made */
export async function writeScaffold(folder: string, files: readonly ScaffoldedFile[]): Promise<void> {
  await mkdir(folder).catch((error: unknown) => cannot('written', folder, error));
  for (const { path, text } of files) {
    const file = join(folder, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: 'wx' });
    } catch (error) {
      cannot('written', file, error);
    }
  }
}
