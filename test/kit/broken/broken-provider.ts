import { Module } from '@nestjs/common';

import type { ProviderDeclaration, ProviderDefinition } from '../../../src/contracts/define-provider.js';
import { defineProvider } from '../../../src/contracts/define-provider.js';
import { oauthSettings } from '../../../src/kit/index.js';
import type { ProviderFixtures } from '../../../src/testing/index.js';
import { SampleApiKey } from '../../../templates/provider/src/sample.api-key.js';
import { SampleModels } from '../../../templates/provider/src/sample.models.js';
import { loginTraits, oauthDefaults, SampleOAuth } from '../../../templates/provider/src/sample.oauth.js';
import { dialects, SampleStreaming } from '../../../templates/provider/src/sample.streaming.js';
import { sampleSimulator } from '../../../templates/provider/testing/sample.simulator.js';

/** A provider with one fault, and what the kit must find: these checks and no other. */
export interface BrokenProvider {
  readonly fault: string;
  readonly definition: ProviderDefinition;
  readonly failing: readonly string[];
}

export const sampleFixtures: ProviderFixtures = {
  simulator: sampleSimulator,
  models: { ids: ['sample-large', 'sample-small', 'sim-text'], pages: 2 },
};

@Module({})
class BrokenModule {}

/** The provider of the template, with one part replaced. */
export function broken(fault: string, failing: readonly string[], part: Partial<ProviderDeclaration>): BrokenProvider {
  const definition = defineProvider(BrokenModule, {
    id: 'sample',
    displayName: 'Sample',
    apiKey: SampleApiKey,
    oauth: SampleOAuth,
    login: loginTraits,
    streaming: SampleStreaming,
    models: SampleModels,
    dialects,
    settings: { baseUrl: { text: 'address of the API' }, ...oauthSettings(oauthDefaults) },
    ...part,
  });
  return { fault, definition, failing };
}
