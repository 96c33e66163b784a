import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { requestJson } from '../../kit/wire-call.js';
import { callOf } from './vertex.calls.js';
import { placeOf, providerId } from './vertex.client.js';
import { modelAddress } from './vertex.model-address.js';

const pageSize = 100;

export const defaultPublishers = 'google anthropic';

/** What publishers have in the vendor's garden; which of it a project may ask is told by the first chat only. */
@Injectable()
export class VertexModels implements ModelsBehaviour {
  async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    const named = (client.settings.text('publishers') ?? defaultPublishers).split(/\s+/);
    const models: Model[] = [];
    for (const publisher of named.filter((name) => name !== '' && (placeOf(client) !== '' || name === 'google'))) {
      models.push(...(await modelsOf(publisher, client, options)));
    }
    return models;
  }

  async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
    const address = modelAddress(modelId);
    try {
      const { value } = await requestJson(callOf(client, options, { path: address.path }));
      const [model] = isRecord(value) ? modelsFrom(value) : [];
      if (model !== undefined) return { ...model, id: modelId };
      throw malformed('the model has no name');
    } catch (error) {
      if (!MaestroError.is(error) || error.code !== 'upstream.not-found') throw error;
      throw new MaestroError('model.not-found', { provider: providerId, model: modelId }, { cause: error });
    }
  }
}

async function modelsOf(publisher: string, client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
  const models: Model[] = [];
  const asked = new Set<string>();
  let token = '';
  // A page that names its own token as the next would be asked for without end.
  while (!asked.has(token)) {
    asked.add(token);
    const cursor = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`;
    const path = `/publishers/${encodeURIComponent(publisher)}/models?pageSize=${String(pageSize)}${cursor}`;
    const { value } = await requestJson(callOf(client, options, { path }));
    if (!isRecord(value)) throw malformed('the model list is no object');
    models.push(...listIn(value, 'publisherModels').filter(isRecord).flatMap(modelsFrom));
    token = textIn(value, 'nextPageToken') ?? '';
  }
  return models;
}

/** Tells a name, a version and how ripe a model is; no limits, no abilities. */
function modelsFrom(wire: JsonRecord): readonly Model[] {
  const [, publisher, name] = /^publishers\/([^/]+)\/models\/([^/]+)$/.exec(textIn(wire, 'name') ?? '') ?? [];
  if (publisher === undefined || name === undefined) return [];
  return [aModel({ id: publisher === 'google' ? name : `${publisher}/${name}`, name, ownedBy: publisher })];
}

function malformed(problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider: providerId, problem });
}
