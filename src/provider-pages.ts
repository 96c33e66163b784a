import type { ProviderManifest, SettingDefinition } from './contracts/manifest.js';
import { environmentNameOf } from './contracts/manifest.js';
import { loadProviders } from './discovery/provider-loader.js';

/** What stands below this line of a page is written by hand and stays. */
export const handMark = '<!-- written by hand below -->';

/** The folder's providers as pages of `docs/providers`: file name → text above the mark, with a table of all in `README.md`. */
export async function providerPages(providersFolder: string): Promise<ReadonlyMap<string, string>> {
  const { definitions } = await loadProviders({ folders: [providersFolder], packages: [], packagesFrom: providersFolder });
  const manifests = definitions.map(({ manifest }) => manifest);
  return new Map([['README.md', tableOf(manifests)], ...manifests.map((manifest) => [`${manifest.id}.md`, pageOf(manifest)] as const)]);
}

/** A page that was there keeps what its author wrote. */
export function withHandPart(page: string, before: string | undefined): string {
  const at = before?.indexOf(handMark) ?? -1;
  return `${page}\n${before === undefined || at === -1 ? `${handMark}\n` : before.slice(at)}`;
}

function tableOf(manifests: readonly ProviderManifest[]): string {
  const rows = manifests.map(({ id, displayName, behaviours, dialects, localServer }) => {
    const where = localServer === undefined ? 'vendor' : 'your machine';
    const models = behaviours.models === undefined ? 'no' : 'yes';
    return `| [${displayName}](${id}.md) | \`${id}\` | ${where} | ${authTypesOf(behaviours)} | ${dialects.map(({ dialect }) => `\`${dialect}\``).join(', ')} | ${models} |`;
  });
  return [
    '# Providers',
    '',
    'The providers that come with Maestro, printed from what each declares (`node scripts/print-provider-pages.mjs`).',
    '',
    '| provider | id | runs at | auth types | passes on | lists models |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function pageOf({ id, displayName, behaviours, dialects, settings, limitations, imports }: ProviderManifest): string {
  const names = imports?.environment ?? [];
  return [
    `# ${displayName}`,
    '',
    '| | |',
    '|---|---|',
    `| id | \`${id}\` |`,
    `| auth types | ${authTypesOf(behaviours)} |`,
    `| lists models | ${behaviours.models === undefined ? 'no' : 'yes'} |`,
    ...dialects.map(
      ({ dialect, operations }) => `| passes on \`${dialect}\` | ${operations.map((operation) => `\`${operation}\``).join(', ')} |`,
    ),
    ...(names.length === 0 ? [] : [`| \`maestro import env\` knows | ${names.map((name) => `\`${name}\``).join(', ')} |`]),
    '',
    '## Settings',
    '',
    '| environment | what | default |',
    '|---|---|---|',
    ...Object.entries(settings).map(([name, setting]) => settingRow(environmentNameOf(id, name), setting)),
    '',
    '## What to know',
    '',
    ...limitations.map(({ about, text, source, readOn }) => `- ${about}: ${text}${sourceOf(source, readOn)}`),
    '',
  ].join('\n');
}

function settingRow(name: string, { text, default: otherwise }: SettingDefinition): string {
  return `| \`${name}\` | ${text} | ${otherwise === undefined ? 'none' : `\`${otherwise}\``} |`;
}

function sourceOf(source: string | undefined, readOn: string | undefined): string {
  if (source === undefined) return '';
  return ` (${source}${readOn === undefined ? '' : `, read on ${readOn}`})`;
}

function authTypesOf(behaviours: ProviderManifest['behaviours']): string {
  return [...(behaviours['api-key'] === undefined ? [] : ['`api_key`']), ...(behaviours.oauth === undefined ? [] : ['`oauth`'])].join(', ');
}
