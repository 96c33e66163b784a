import { ApiKeyBehaviour } from './api-key.behaviour.js';
import type { BehaviourDescriptor, BehaviourKind } from './behaviour.js';
import { ContextBehaviour } from './context.behaviour.js';
import { ModelsBehaviour } from './models.behaviour.js';
import { OAuthBehaviour } from './oauth.behaviour.js';
import { StreamingBehaviour } from './streaming.behaviour.js';

/** What is bound under each kind. */
export interface BehaviourByKind {
  readonly oauth: OAuthBehaviour;
  readonly 'api-key': ApiKeyBehaviour;
  readonly streaming: StreamingBehaviour;
  readonly models: ModelsBehaviour;
  readonly context: ContextBehaviour;
}

export const descriptorOf: { readonly [Kind in BehaviourKind]: BehaviourDescriptor<BehaviourByKind[Kind]> } = {
  oauth: OAuthBehaviour,
  'api-key': ApiKeyBehaviour,
  streaming: StreamingBehaviour,
  models: ModelsBehaviour,
  context: ContextBehaviour,
};
