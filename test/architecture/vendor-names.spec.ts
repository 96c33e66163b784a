import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const src = join(process.cwd(), 'src');

function foldersIn(path: string): readonly string[] {
  return readdirSync(join(src, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function codeOutside(rooms: readonly string[]): readonly string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .filter((path) => !rooms.some((room) => path.startsWith(`${room}/`)));
}

describe("a vendor's name", () => {
  const providers = foldersIn('providers');
  const dialects = foldersIn('dialects');

  it.each(providers)('%s stands in its own folder and its dialects only', (provider) => {
    const otherProviders = providers.filter((other) => other !== provider);
    const elsewhere = [...codeOutside(['providers', 'dialects']), ...otherProviders.flatMap((other) => filesOf(`providers/${other}`))];
    const found = elsewhere.filter((path) => new RegExp(provider, 'i').test(withoutDialects(readFileSync(join(src, path), 'utf8'))));
    expect(found).toEqual([]);
  });

  function filesOf(folder: string): readonly string[] {
    return readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/${path}`);
  }

  function withoutDialects(text: string): string {
    return dialects.reduce((rest, dialect) => rest.replaceAll(dialect, ''), text);
  }
});
