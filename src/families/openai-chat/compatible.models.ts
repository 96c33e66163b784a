import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { BehaviourClass } from '../../contracts/manifest.js';
import type { Model } from '../../contracts/model.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { failureFromAnswer } from '../../kit/error-report.js';
import { isRecord } from '../../kit/read-body.js';
import { requestJson } from '../../kit/wire-call.js';
import { modelFromList } from './listed-model.js';
import type { CompatibleVendor } from './vendor.js';

export function modelsPathOf({ differences = {} }: CompatibleVendor): string {
  return differences.models?.path ?? '/models';
}

/** All on one page, as every vendor of this wire gives them. One model is looked up there too: few have a path for it. */
export function modelsOf(vendor: CompatibleVendor): BehaviourClass<ModelsBehaviour> {
  const { id: provider, differences = {} } = vendor;
  const { idField = 'id' } = differences.models ?? {};
  const path = modelsPathOf(vendor);

  @Injectable()
  class CompatibleModels implements ModelsBehaviour {
    async listModels(client: ProviderClient, { signal }: CallOptions): Promise<readonly Model[]> {
      const { value } = await requestJson({ provider, client, signal, failureOf: failureFromAnswer, path });
      const rows = rowsIn(value);
      if (rows === undefined) throw new MaestroError('upstream.malformed', { provider, problem: 'the answer holds no list of models' });
      return rows.filter(isRecord).flatMap((row) => modelFromList(row, idField));
    }

    async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
      const model = (await this.listModels(client, options)).find(({ id }) => id === modelId);
      if (model !== undefined) return model;
      throw new MaestroError('model.not-found', { provider, model: modelId });
    }
  }
  return CompatibleModels;
}

/** Mostly under `data`; some give the list bare, or call it otherwise. */
function rowsIn(answer: unknown): readonly unknown[] | undefined {
  if (Array.isArray(answer)) return answer as readonly unknown[];
  if (!isRecord(answer)) return undefined;
  // A server without a model writes `null`.
  if (answer['data'] === null) return [];
  return [answer['data'], answer['models'], answer['result']].find((rows) => Array.isArray(rows)) as readonly unknown[] | undefined;
}
