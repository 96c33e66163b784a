import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { converseFailure } from '../../dialects/bedrock-converse/errors.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, recordIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import type { WireCall } from '../../kit/wire-call.js';
import { requestJson } from '../../kit/wire-call.js';
import { asBedrock } from './bedrock.client.js';
import { providerId } from './bedrock.credentials.js';
import { machineKeys } from './bedrock.sdk.js';
import { signatureHeaders } from './bedrock.signature.js';

/** The models of a region. Which of them an account may ask, and by which profile, is told by the first chat only. */
@Injectable()
export class BedrockModels implements ModelsBehaviour {
  async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    const { value } = await requestJson(listCall(client, options, '/foundation-models?byOutputModality=TEXT'));
    if (!isRecord(value)) throw malformed('the model list is no object');
    return listIn(value, 'modelSummaries').filter(isRecord).flatMap(modelsFrom);
  }

  async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
    try {
      const { value } = await requestJson(listCall(client, options, `/foundation-models/${encodeURIComponent(modelId)}`));
      const [model] = isRecord(value) ? modelsFrom(recordIn(value, 'modelDetails')) : [];
      if (model !== undefined) return model;
      throw malformed('the model has no id');
    } catch (error) {
      if (!MaestroError.is(error) || error.code !== 'upstream.not-found') throw error;
      throw new MaestroError('model.not-found', { provider: providerId, model: modelId }, { cause: error });
    }
  }
}

/** Proven by a bearer's key, or signed: a list has no frames, so the vendor's package is needed for neither. */
export function listCall(client: ProviderClient, { signal }: CallOptions, path: string): WireCall {
  const bedrock = asBedrock(client);
  const { identity, controlUrl: baseUrl, region } = bedrock;
  const authorise = async (headers: Record<string, string>): Promise<void> => {
    if (identity.kind === 'bearer') {
      headers['authorization'] = `Bearer ${identity.token.reveal()}`;
      return;
    }
    const keys = identity.kind === 'machine' ? await machineKeys(bedrock) : identity;
    Object.assign(headers, signatureHeaders(keys, { url: `${baseUrl}${path}`, region, service: 'bedrock', now: new Date() }));
  };
  return { provider: providerId, client: { ...client, baseUrl, authorise }, signal, failureOf: converseFailure, path };
}

function modelsFrom(wire: JsonRecord): readonly Model[] {
  const id = textIn(wire, 'modelId');
  if (id === undefined) return [];
  const ownedBy = textIn(wire, 'providerName');
  const takes = listIn(wire, 'inputModalities');
  return [
    aModel({
      id,
      name: textIn(wire, 'modelName') ?? id,
      ...(ownedBy !== undefined && { ownedBy }),
      ...(takes.length > 0 && { abilities: { vision: takes.includes('IMAGE') ? 'yes' : 'no' } }),
    }),
  ];
}

function malformed(problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider: providerId, problem });
}
