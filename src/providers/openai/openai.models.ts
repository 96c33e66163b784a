import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, numberIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { requestJson } from '../../kit/wire-call.js';
import { callOf, providerId } from './openai.calls.js';
import { knownFactsOf } from './openai.catalogue.js';
import { chatGptModels, isChatGpt } from './openai.chatgpt.js';

@Injectable()
export class OpenAiModels implements ModelsBehaviour {
  /** The vendor gives all models on one page. */
  async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    if (isChatGpt(client)) return chatGptModels(client);
    const { value } = await requestJson(callOf(client, options, { path: '/models' }));
    // To tokens of logins the API answers with the models of their plan, in a shape of its own.
    if (isRecord(value) && Array.isArray(value['models'])) return listIn(value, 'models').filter(isRecord).flatMap(modelsOfPlan);
    if (!isRecord(value) || !Array.isArray(value['data'])) throw malformed('the model list has no data');
    return value['data'].filter(isRecord).flatMap(modelsFrom);
  }

  async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
    if (isChatGpt(client)) return found(chatGptModels(client), modelId);
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

/** https://developers.openai.com/siwc/token-sharing-open-source/models-and-inference */
function modelsOfPlan(wire: JsonRecord): readonly Model[] {
  const id = textIn(wire, 'slug');
  if (id === undefined || wire['visibility'] === 'hide') return [];
  return [aModel({ id, name: textIn(wire, 'display_name') ?? id, ...knownFactsOf(id) })];
}

function found(models: readonly Model[], modelId: string): Model {
  const model = models.find(({ id }) => id === modelId);
  if (model !== undefined) return model;
  throw new MaestroError('model.not-found', { provider: providerId, model: modelId });
}

function malformed(problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider: providerId, problem });
}
