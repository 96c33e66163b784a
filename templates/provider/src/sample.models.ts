import type { CallOptions, Model, ModelsBehaviour, ProviderClient } from 'maestro-llm/contracts';
import { aModel, MaestroError } from 'maestro-llm/contracts';
import { isRecord, requestJson } from 'maestro-llm/kit';

import { callOf, providerId } from './sample.calls.js';

export class SampleModels implements ModelsBehaviour {
  async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    const models: Model[] = [];
    const asked = new Set<string>();
    let after = '';
    // A page that names its own cursor as the next would be asked for without end.
    while (!asked.has(after)) {
      asked.add(after);
      const query = after === '' ? '' : `?after=${encodeURIComponent(after)}`;
      const { value } = await requestJson(callOf(client, options, { path: `/v1/models${query}` }));
      if (!isRecord(value) || !Array.isArray(value['models'])) {
        throw new MaestroError('upstream.malformed', { provider: providerId, problem: 'the model list has no models' });
      }
      models.push(...value['models'].flatMap(modelsFrom));
      after = typeof value['next'] === 'string' ? value['next'] : '';
    }
    return models;
  }

  async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
    try {
      const { value } = await requestJson(callOf(client, options, { path: `/v1/models/${encodeURIComponent(modelId)}` }));
      const [model] = modelsFrom(value);
      if (model !== undefined) return model;
      throw new MaestroError('upstream.malformed', { provider: providerId, problem: 'the model has no id' });
    } catch (error) {
      if (!MaestroError.is(error) || error.code !== 'upstream.not-found') throw error;
      throw new MaestroError('model.not-found', { provider: providerId, model: modelId }, { cause: error });
    }
  }
}

/** What the vendor does not tell of a model stays `unknown`. */
function modelsFrom(wire: unknown): readonly Model[] {
  if (!isRecord(wire) || typeof wire['id'] !== 'string') return [];
  const { id, name, max_input_tokens: maxInputTokens } = wire;
  return [aModel({ id, name: typeof name === 'string' ? name : id, ...(typeof maxInputTokens === 'number' && { maxInputTokens }) })];
}
