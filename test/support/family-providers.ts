import { builtInProvidersFolder } from '../../src/built-in-providers.js';
import type { ProviderDefinition } from '../../src/contracts/define-provider.js';
import type { ProviderSimulator } from '../../src/contracts/simulator.js';
import { loadProviders } from '../../src/discovery/provider-loader.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';

export async function builtInDefinitions(): Promise<readonly ProviderDefinition[]> {
  const sources = { folders: [builtInProvidersFolder], packages: [], packagesFrom: builtInProvidersFolder };
  return (await loadProviders(sources)).definitions;
}

/** The stand-in of every provider that comes with Maestro: from its folder, or played by its family; in the order of ids. */
export async function builtInSimulators(): Promise<readonly ProviderSimulator[]> {
  const own = await loadSimulators(builtInProvidersFolder);
  const played = (await builtInDefinitions()).flatMap(({ simulator }) => simulator ?? []);
  return [...own, ...played].sort((one, other) => (one.provider < other.provider ? -1 : 1));
}
