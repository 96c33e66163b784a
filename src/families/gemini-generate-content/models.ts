import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Ability, AbilityState, Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { modelPath } from '../../dialects/gemini-generate-content/request.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, numberIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { requestJson } from '../../kit/wire-call.js';
import type { GenerateContentVendor } from './vendor.js';
import { generateContentCall } from './vendor.js';

/** The most that the vendor gives on one page. */
const pageSize = 1000;

type Asked = Pick<GenerateContentVendor, 'provider'>;

/** The models of a vendor of this wire. */
export function generateContentModels(vendor: Asked): new () => ModelsBehaviour {
  const { provider } = vendor;

  @Injectable()
  class GenerateContentModels implements ModelsBehaviour {
    async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
      const models: Model[] = [];
      const asked = new Set<string>();
      let token = '';
      // A page that names its own token as the next would be asked for without end.
      while (!asked.has(token)) {
        asked.add(token);
        const page = await pageOf(vendor, client, token, options);
        models.push(...listIn(page, 'models').filter(isRecord).filter(isUsable).flatMap(modelsFrom));
        token = textIn(page, 'nextPageToken') ?? '';
      }
      return models;
    }

    async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
      try {
        const { value } = await requestJson(generateContentCall(vendor, client, options, { path: `/${modelPath(modelId)}` }));
        const [model] = isRecord(value) ? modelsFrom(value) : [];
        if (model !== undefined) return model;
        throw new MaestroError('upstream.malformed', { provider, problem: 'the model has no name' });
      } catch (error) {
        if (!MaestroError.is(error) || error.code !== 'upstream.not-found') throw error;
        throw new MaestroError('model.not-found', { provider, model: modelId }, { cause: error });
      }
    }
  }
  return GenerateContentModels;
}

async function pageOf(vendor: Asked, client: ProviderClient, token: string, options: CallOptions): Promise<JsonRecord> {
  const cursor = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`;
  const path = `/models?pageSize=${String(pageSize)}${cursor}`;
  const { value } = await requestJson(generateContentCall(vendor, client, options, { path }));
  if (isRecord(value)) return value;
  throw new MaestroError('upstream.malformed', { provider: vendor.provider, problem: 'the model list is no object' });
}

/** The list also holds models for pictures, films and speech in both directions, which this wire's methods cannot ask. */
function isUsable(wire: JsonRecord): boolean {
  const methods = listIn(wire, 'supportedGenerationMethods');
  return methods.length === 0 || methods.includes('generateContent') || methods.includes('embedContent');
}

function modelsFrom(wire: JsonRecord): readonly Model[] {
  const name = textIn(wire, 'name');
  if (name === undefined) return [];
  const id = name.replace(/^models\//, '');
  const maxInputTokens = numberIn(wire, 'inputTokenLimit');
  const maxOutputTokens = numberIn(wire, 'outputTokenLimit');
  return [
    aModel({
      id,
      name: textIn(wire, 'displayName') ?? id,
      abilities: abilitiesFrom(wire),
      ...(maxInputTokens !== undefined && { maxInputTokens }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    }),
  ];
}

/** `thinking` is left out where it is false, and by versions that do not know it. Tools and pictures are not told. */
function abilitiesFrom(wire: JsonRecord): Readonly<Partial<Record<Ability, AbilityState>>> {
  const methods = listIn(wire, 'supportedGenerationMethods');
  return {
    ...(wire['thinking'] === true && { reasoning: 'yes' as const }),
    ...(methods.length > 0 && { embeddings: methods.includes('embedContent') ? ('yes' as const) : ('no' as const) }),
  };
}
