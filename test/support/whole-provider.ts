import { Module } from '@nestjs/common';

import type { ProviderDeclaration, ProviderDefinition } from '../../src/contracts/define-provider.js';
import { defineProvider } from '../../src/contracts/define-provider.js';
import { WholeApiKey, WholeModels, WholeStreaming } from '../extension/fixtures/whole-behaviours.js';

/** Of a login without a surprise. */
export const plainLogin = { methods: ['browser'], rotation: 'strict', defaultLifetimeSeconds: 3_600 } as const;

@Module({})
class WholeModule {}

/** A provider without a fault that needs no network; what is given replaces its part. */
export function wholeProvider(special: Partial<ProviderDeclaration> = {}): ProviderDefinition {
  return defineProvider(WholeModule, {
    id: 'whole',
    displayName: 'Whole',
    apiKey: WholeApiKey,
    streaming: WholeStreaming,
    models: WholeModels,
    ...special,
  });
}
