import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What stands in the page where a person puts something else. */
const placeholders = {
  url: 'http://127.0.0.1:4000',
  key: '$MAESTRO_KEY',
  model: 'anthropic:work_claude/claude-sonnet-5',
};

export type SetUpValues = Readonly<Record<keyof typeof placeholders, string>>;

export const page = readFileSync('docs/clients.md', 'utf8');

/**
 * Sets an assistant up as docs/clients.md tells people to: writes the files of its section into a home, and gives the
 * environment that the section's shell lines export.
 */
export function setUpAsDocumented(title: string, home: string, values: SetUpValues): Readonly<Record<string, string>> {
  const section = sectionOf(title);
  for (const [, path = '', text = ''] of section.matchAll(/^In `~\/([^`]+)`:\n\n```\w+\n([\s\S]*?)^```/gm)) {
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, filled(text, values));
  }
  const exported = [...section.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, filled(value, values)]);
  return { MAESTRO_KEY: values.key, ...(Object.fromEntries(exported) as Readonly<Record<string, string>>) };
}

function sectionOf(title: string): string {
  const [, section] = page.split(`\n### ${title}\n`);
  if (section === undefined) throw new Error(`docs/clients.md has no set-up of ${title}`);
  return section.split(/^##/m)[0] ?? '';
}

function filled(text: string, { url, key, model }: SetUpValues): string {
  return text.replaceAll(placeholders.url, url).replaceAll(placeholders.key, key).replaceAll(placeholders.model, model);
}
