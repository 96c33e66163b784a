import { Module } from '@nestjs/common';

import type { ProviderDefinition } from '../../contracts/define-provider.js';
import { defineProvider } from '../../contracts/define-provider.js';
import type { DialectSupport } from '../../contracts/manifest.js';
import type { WireOperation } from '../../contracts/wire-request.js';
import { dialect } from '../../dialects/gemini-generate-content/wire.js';
import type { DeclaredVendor } from '../family.js';
import type { KeyHeader } from '../keyed.js';
import { keyedBy } from '../keyed.js';
import { generateContentModels } from './models.js';
import { generateContentStreaming } from './streaming.js';
import { generateContentCall } from './vendor.js';

/** In what a vendor of this wire may differ. Nothing declared: what its maker does. */
export interface Differences {
  /** Default `x-goog-api-key`; `authorization` is a bearer's. */
  readonly keyHeader: Extract<KeyHeader, 'x-goog-api-key' | 'authorization'>;
  /** Beside `chat`; default none. */
  readonly operations: readonly WireOperation[];
}

export function compatibleProvider({
  id: provider,
  displayName,
  baseUrl,
  differences,
}: DeclaredVendor<Partial<Differences>>): ProviderDefinition {
  const { keyHeader = 'x-goog-api-key', operations = [] } = differences;
  const dialects: readonly DialectSupport[] = [{ dialect, operations: ['chat', ...operations] }];
  const vendor = { provider, dialects };

  @Module({})
  class CompatibleModule {}
  return defineProvider(CompatibleModule, {
    id: provider,
    displayName,
    apiKey: keyedBy({
      provider,
      defaultBaseUrl: baseUrl,
      keyHeader,
      testCall: (client, options) => generateContentCall(vendor, client, options, { path: '/models?pageSize=1' }),
    }),
    streaming: generateContentStreaming(vendor),
    models: generateContentModels(vendor),
    dialects,
    settings: { baseUrl: { text: 'address of the API, without a version', default: baseUrl } },
  });
}
