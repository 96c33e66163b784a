import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Ability, AbilityState, Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, numberIn, recordIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { requestJson } from '../../kit/wire-call.js';
import type { MessagesVendor } from './vendor.js';
import { messagesCall } from './vendor.js';

/** The most that the vendor gives on one page. */
const pageSize = 1000;

type Asked = Pick<MessagesVendor, 'provider' | 'headers'>;

/** The models of a vendor of this wire. */
export function messagesModels(vendor: Asked): new () => ModelsBehaviour {
  const { provider } = vendor;

  @Injectable()
  class MessagesModels implements ModelsBehaviour {
    async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
      const models: Model[] = [];
      const asked = new Set<string>();
      let after = '';
      // A page that names its own cursor as the next would be asked for without end.
      while (!asked.has(after)) {
        asked.add(after);
        const page = await pageOf(vendor, client, after, options);
        models.push(...listIn(page, 'data').filter(isRecord).flatMap(modelsFrom));
        after = page['has_more'] === true ? (textIn(page, 'last_id') ?? '') : '';
      }
      return models;
    }

    async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
      try {
        const call = messagesCall(vendor, client, options, { path: `/v1/models/${encodeURIComponent(modelId)}` });
        const { value } = await requestJson(call);
        const [model] = isRecord(value) ? modelsFrom(value) : [];
        if (model !== undefined) return model;
        throw new MaestroError('upstream.malformed', { provider, problem: 'the model has no id' });
      } catch (error) {
        if (!MaestroError.is(error) || error.code !== 'upstream.not-found') throw error;
        throw new MaestroError('model.not-found', { provider, model: modelId }, { cause: error });
      }
    }
  }
  return MessagesModels;
}

async function pageOf(vendor: Asked, client: ProviderClient, after: string, options: CallOptions): Promise<JsonRecord> {
  const cursor = after === '' ? '' : `&after_id=${encodeURIComponent(after)}`;
  const { value } = await requestJson(messagesCall(vendor, client, options, { path: `/v1/models?limit=${String(pageSize)}${cursor}` }));
  if (isRecord(value)) return value;
  throw new MaestroError('upstream.malformed', { provider: vendor.provider, problem: 'the model list is no object' });
}

/** Our words for what the vendor calls a capability. Whether a model takes tools it does not tell. */
const capabilityOf: Readonly<Partial<Record<Ability, string>>> = {
  vision: 'image_input',
  documents: 'pdf_input',
  reasoning: 'thinking',
  'structured-output': 'structured_outputs',
};

function modelsFrom(wire: JsonRecord): readonly Model[] {
  const id = textIn(wire, 'id');
  if (id === undefined) return [];
  const maxInputTokens = numberIn(wire, 'max_input_tokens');
  const maxOutputTokens = numberIn(wire, 'max_tokens');
  const createdAt = new Date(textIn(wire, 'created_at') ?? Number.NaN);
  return [
    aModel({
      id,
      name: textIn(wire, 'display_name') ?? id,
      abilities: abilitiesFrom(recordIn(wire, 'capabilities')),
      ...(maxInputTokens !== undefined && { maxInputTokens }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      ...(!Number.isNaN(createdAt.getTime()) && { createdAt }),
    }),
  ];
}

function abilitiesFrom(capabilities: JsonRecord): Readonly<Partial<Record<Ability, AbilityState>>> {
  return Object.fromEntries(Object.entries(capabilityOf).map(([ability, name]) => [ability, stateOf(recordIn(capabilities, name))]));
}

function stateOf({ supported }: JsonRecord): AbilityState {
  if (typeof supported !== 'boolean') return 'unknown';
  return supported ? 'yes' : 'no';
}
