import type { Model } from '../model.js';
import type { CallOptions, ProviderClient } from '../provider-client.js';
import { behaviour } from './behaviour.js';

/** What models a session can use. */
export interface ModelsBehaviour {
  /** All pages, in the provider's order. */
  listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]>;
  /** @throws MaestroError `model.not-found` */
  getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model>;
}

export const ModelsBehaviour = behaviour<ModelsBehaviour>('models', { listModels: 2, getModelInfo: 3 });
