import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, numberIn, recordIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { requestJson } from '../../kit/wire-call.js';
import { callOf } from './azure.calls.js';
import { providerId } from './azure.client.js';

/** The models that a resource could deploy: the API with keys tells no deployments, those are the management API's. */
@Injectable()
export class AzureModels implements ModelsBehaviour {
  async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    const { value } = await requestJson(callOf(client, options, { path: '/models' }));
    if (!isRecord(value) || !Array.isArray(value['data'])) throw malformed('the model list has no data');
    return listIn(value, 'data').filter(isRecord).filter(isUsable).flatMap(modelsFrom);
  }

  async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
    try {
      const { value } = await requestJson(callOf(client, options, { path: `/models/${encodeURIComponent(modelId)}` }));
      const [model] = isRecord(value) ? modelsFrom(value) : [];
      if (model !== undefined) return model;
      throw malformed('the model has no id');
    } catch (error) {
      if (!MaestroError.is(error) || error.code !== 'upstream.not-found') throw error;
      throw new MaestroError('model.not-found', { provider: providerId, model: modelId }, { cause: error });
    }
  }
}

/** The list also holds models for pictures and speech, and those that can only be fine-tuned. */
function isUsable(wire: JsonRecord): boolean {
  const told = recordIn(wire, 'capabilities');
  return Object.keys(told).length === 0 || told['chat_completion'] === true || told['embeddings'] === true;
}

function modelsFrom(wire: JsonRecord): readonly Model[] {
  const id = textIn(wire, 'id');
  if (id === undefined) return [];
  const created = numberIn(wire, 'created_at') ?? numberIn(wire, 'created');
  const { embeddings } = recordIn(wire, 'capabilities');
  return [
    aModel({
      id,
      name: id,
      ...(created !== undefined && created > 0 && { createdAt: new Date(created * 1000) }),
      ...(typeof embeddings === 'boolean' && { abilities: { embeddings: embeddings ? 'yes' : 'no' } }),
    }),
  ];
}

function malformed(problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider: providerId, problem });
}
