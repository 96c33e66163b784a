import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { numberIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { requestJson } from '../../kit/wire-call.js';
import { callOf, providerId } from './openai.calls.js';
import { knownFactsOf } from './openai.catalogue.js';

@Injectable()
export class OpenAiModels implements ModelsBehaviour {
  /** The vendor gives all models on one page. */
  async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    const { value } = await requestJson(callOf(client, options, { path: '/models' }));
    if (!isRecord(value) || !Array.isArray(value['data'])) throw malformed('the model list has no data');
    return value['data'].filter(isRecord).flatMap(modelsFrom);
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

function modelsFrom(wire: JsonRecord): readonly Model[] {
  const id = textIn(wire, 'id');
  if (id === undefined) return [];
  const created = numberIn(wire, 'created');
  const ownedBy = textIn(wire, 'owned_by');
  return [
    aModel({
      id,
      name: id,
      // Seconds since 1970; servers that do not know write 0.
      ...(created !== undefined && created > 0 && { createdAt: new Date(created * 1000) }),
      ...(ownedBy !== undefined && { ownedBy }),
      ...knownFactsOf(id),
    }),
  ];
}

function malformed(problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider: providerId, problem });
}
