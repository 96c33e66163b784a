import type { AuthType } from './auth-type.js';
import type { ProviderId } from './provider-id.js';
import type { DialectSupport, Limitation, Requirement } from './manifest.js';

export type Feature = 'streaming' | 'model_listing' | 'context_management' | 'token_refresh';

/** Where a conversation's context can be kept: in Maestro's own log, there or by choice with the provider, or nowhere. */
export type ContextManagement = 'local' | 'remote' | 'none';

/** What a provider can do; follows from the behaviours that are bound, and is never declared by hand. */
export interface ProviderCapabilities {
  readonly provider: ProviderId;
  readonly displayName: string;
  readonly authTypes: readonly AuthType[];
  readonly features: readonly Feature[];
  readonly contextManagement: ContextManagement;
  readonly dialects: readonly DialectSupport[];
  readonly limitations: readonly Limitation[];
  readonly requirements: readonly Requirement[];
}

/** A provider in a list. */
export type ProviderSummary = Pick<ProviderCapabilities, 'displayName' | 'authTypes' | 'features'> & { readonly id: ProviderId };
