import { Module } from '@nestjs/common';

import type { ProviderDefinition } from '../../contracts/define-provider.js';
import { defineProvider } from '../../contracts/define-provider.js';
import { apiKeyOf } from './compatible.api-key.js';
import { modelsOf } from './compatible.models.js';
import { dialectsOf, streamingOf } from './compatible.streaming.js';
import { limitationsOf } from './limitations.js';
import { playedVendor } from './played-vendor.js';
import type { CompatibleVendor } from './vendor.js';

/**
 * A provider that speaks Chat Completions, from what is declared of its vendor. A vendor that differs in a way which has no
 * name yet gets one in `Differences`; nothing here knows who it works for.
 *
 * @example
 * export const acme = compatibleProvider({ id: 'acme', displayName: 'Acme', baseUrl: 'https://api.acme.example/v1' });
 */
export function compatibleProvider(vendor: CompatibleVendor): ProviderDefinition {
  const { id, displayName, baseUrl, settings, imports, localServer } = vendor;
  @Module({})
  class CompatibleModule {}
  return defineProvider(CompatibleModule, {
    id,
    displayName,
    apiKey: apiKeyOf(vendor),
    streaming: streamingOf(vendor),
    models: modelsOf(vendor),
    dialects: dialectsOf(vendor),
    settings: { baseUrl: { text: 'address of the API, with its version', default: baseUrl }, ...settings },
    limitations: limitationsOf(vendor),
    ...(imports !== undefined && { imports }),
    ...(localServer !== undefined && { localServer }),
    simulator: playedVendor(vendor),
  });
}
