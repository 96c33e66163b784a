import type { AuthType } from '../../contracts/auth-type.js';
import type { BehaviourKind } from '../../contracts/behaviours/behaviour.js';
import type { ContextManagement, Feature, ProviderCapabilities } from '../../contracts/capabilities.js';
import type { Registered } from './compliance.js';
import { requirementsOf } from './provider-settings.js';

/** The behaviour that serves sessions of an auth type. */
export const behaviourOfAuthType = { oauth: 'oauth', api_key: 'api-key' } as const satisfies Record<AuthType, BehaviourKind>;

/** What a provider can do follows from what it offers; nothing is declared by hand. Pure. */
export function capabilitiesOf({ manifest, settings }: Registered, offered: readonly BehaviourKind[]): ProviderCapabilities {
  return {
    provider: manifest.id,
    displayName: manifest.displayName,
    authTypes: (['oauth', 'api_key'] as const).filter((authType) => offered.includes(behaviourOfAuthType[authType])),
    features: featuresOf(offered),
    contextManagement: contextManagementOf(offered),
    dialects: offered.includes('streaming') ? manifest.dialects : [],
    limitations: manifest.limitations,
    requirements: requirementsOf(manifest, settings),
  };
}

function contextManagementOf(offered: readonly BehaviourKind[]): ContextManagement {
  if (!offered.includes('streaming')) return 'none';
  return offered.includes('context') ? 'remote' : 'local';
}

const featureOf: readonly (readonly [BehaviourKind, Feature])[] = [
  ['streaming', 'streaming'],
  ['models', 'model_listing'],
  // Of every chat, by Maestro's own log.
  ['streaming', 'context_management'],
  ['oauth', 'token_refresh'],
];

function featuresOf(offered: readonly BehaviourKind[]): readonly Feature[] {
  return featureOf.filter(([kind]) => offered.includes(kind)).map(([, feature]) => feature);
}
