import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';

import { ProviderLoad } from '../contracts/compliance.js';
import type { ProviderDefinition, ProviderHost } from '../contracts/define-provider.js';
import { manifestToken, providerRegistration } from '../contracts/define-provider.js';
import { contractVersion } from '../contracts/manifest.js';
import type { ProviderSources } from './provider-loader.js';
import { loadProviders } from './provider-loader.js';

/** Stands in for a provider whose own `register` speaks another version of the contracts: it is reported, not run. */
@Module({})
class UnregisteredProviderModule {}

/** Registers every provider that is found, for one Maestro. */
@Module({})
export class ProvidersModule {
  /** `given` come before what is found. Exports `ProviderLoad`. */
  static async load(sources: ProviderSources, given: readonly ProviderDefinition[], host: ProviderHost): Promise<DynamicModule> {
    const begin = performance.now();
    const { definitions, findings, conformance } = await loadProviders(sources);
    const load: ProviderLoad = { findings, conformance, milliseconds: performance.now() - begin };
    return {
      module: ProvidersModule,
      imports: [...new Set([...given, ...definitions])].map((definition) => registered(definition, host)),
      providers: [{ provide: ProviderLoad, useValue: load }],
      exports: [ProviderLoad],
    };
  }
}

function registered(definition: ProviderDefinition, host: ProviderHost): DynamicModule {
  const { manifest } = definition;
  if (manifest.contract === contractVersion) return definition.register(host);
  const registration = providerRegistration(host.instance, manifest, { text: () => undefined, secret: () => undefined });
  return {
    module: UnregisteredProviderModule,
    providers: [{ provide: manifestToken(host.instance, manifest.id), useValue: registration }],
  };
}
