import { envExample } from './config/env-example.js';
import { environmentNameOf } from './contracts/manifest.js';
import { loadProviders } from './discovery/provider-loader.js';

/** The text of `.env.example`: what `config` reads, then what each provider in the folder declares. */
export async function settingsExample(providersFolder: string): Promise<string> {
  const { definitions } = await loadProviders({ folders: [providersFolder], packages: [], packagesFrom: providersFolder });
  return envExample(
    definitions.map(({ manifest: { id, displayName, settings } }) => ({
      displayName,
      settings: Object.entries(settings).map(([name, definition]) => ({ ...definition, environmentName: environmentNameOf(id, name) })),
    })),
  );
}
