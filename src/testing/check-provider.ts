import type { Finding } from '../contracts/compliance.js';
import type { ProviderDefinition } from '../contracts/define-provider.js';
import type { ProviderSettings } from '../contracts/provider-client.js';
import { findingsOf } from '../core/registry/compliance.js';

/** Lets every setting count as set: a provider's own tests ask about its classes. */
const everySetting: ProviderSettings = { text: () => 'set', secret: () => undefined };

/** What a Maestro would find wrong with this provider when it starts. For a provider's own tests: expect it to be empty. */
export function checkProvider({ manifest }: ProviderDefinition, settings: ProviderSettings = everySetting): readonly Finding[] {
  return findingsOf(manifest, settings);
}
