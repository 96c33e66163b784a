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
  const families = foldersIn('families');

  /** Ids that are also words of the language: then it is the quoted or capitalised word that names the vendor. */
  const words = ['together'];
  const nameOf = (provider: string): RegExp =>
    words.includes(provider) ? new RegExp(`['"\`]${provider}['"\`]|(?<=\\w)${capitalised(provider)}`) : new RegExp(provider, 'i');

  /** A cloud that serves other makers' models says whose they are. */
  const hosted: Readonly<Record<string, readonly string[]>> = { azure: ['openai'], vertex: ['anthropic', 'gemini'] };

  it.each(providers)('%s stands in its own folder, its dialects and their families only', (provider) => {
    const otherProviders = providers.filter((other) => other !== provider && hosted[other]?.includes(provider) !== true);
    const ownFamilies = families.filter((family) => family.startsWith(provider)).map((family) => `families/${family}`);
    const elsewhere = [
      ...codeOutside(['providers', 'dialects', ...ownFamilies]),
      ...otherProviders.flatMap((other) => filesOf(`providers/${other}`)),
    ];
    const found = elsewhere.filter((path) => nameOf(provider).test(withoutPlaces(withoutDialects(readFileSync(join(src, path), 'utf8')))));
    expect(found).toEqual([]);
  });

  function filesOf(folder: string): readonly string[] {
    return readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/${path}`);
  }

  /** As folders and as beginnings of names: a family names its dialect's functions. */
  function withoutDialects(text: string): string {
    return dialects.reduce((rest, dialect) => rest.replaceAll(dialect, '').replace(dialectName(dialect), ''), text);
  }

  /** Addresses belong to whoever gives them: some vendors have a path that is called like another one. */
  function withoutPlaces(text: string): string {
    return text.replaceAll(/https?:\/\/\S+/g, '');
  }
});

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** `openai-chat` → `openAiChat`, and the same with a capital at its beginning. */
function dialectName(dialect: string): RegExp {
  return new RegExp(`\\b${dialect.replaceAll('-', '')}`, 'gi');
}
