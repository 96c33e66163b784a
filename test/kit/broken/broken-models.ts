import { MaestroError } from '../../../src/contracts/errors/maestro-error.js';
import type { Model } from '../../../src/contracts/model.js';
import { aModel } from '../../../src/contracts/model.js';
import type { CallOptions, ProviderClient } from '../../../src/contracts/provider-client.js';
import { isRecord, requestJson } from '../../../src/kit/index.js';
import { callOf } from '../../../templates/provider/src/sample.calls.js';
import { SampleModels } from '../../../templates/provider/src/sample.models.js';
import { SampleStreaming } from '../../../templates/provider/src/sample.streaming.js';
import type { BrokenProvider } from './broken-provider.js';
import { broken } from './broken-provider.js';

interface Page {
  readonly ids: readonly string[];
  readonly next: string | undefined;
}

async function pageOf(client: ProviderClient, options: CallOptions, after: string): Promise<Page> {
  const { value } = await requestJson(callOf(client, options, { path: `/v1/models?after=${after}` }));
  const { models, next } = isRecord(value) ? value : {};
  const ids = Array.isArray(models) ? models.map((model: { readonly id: string }) => model.id) : [];
  return { ids, next: typeof next === 'string' ? next : undefined };
}

const named = (ids: readonly string[]): readonly Model[] => ids.map((id) => aModel({ id, name: id }));

class FirstPageOnly extends SampleModels {
  override async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    return named((await pageOf(client, options, '0')).ids);
  }
}

class PagesWithoutEnd extends SampleModels {
  override async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    const ids: string[] = [];
    for (let after: string | undefined = '0'; after !== undefined;) {
      const page: Page = await pageOf(client, options, after);
      ids.push(...page.ids);
      after = page.next;
    }
    return named(ids);
  }
}

class NoneWhereRefused extends SampleModels {
  override async listModels(client: ProviderClient, options: CallOptions): Promise<readonly Model[]> {
    try {
      return await super.listModels(client, options);
    } catch (error) {
      if (MaestroError.is(error) && error.category === 'upstream') return [];
      throw error;
    }
  }
}

class NotFoundAsItCame extends SampleModels {
  override async getModelInfo(client: ProviderClient, modelId: string, options: CallOptions): Promise<Model> {
    const { value } = await requestJson(callOf(client, options, { path: `/v1/models/${encodeURIComponent(modelId)}` }));
    return aModel({ id: isRecord(value) ? String(value['id']) : '', name: modelId });
  }
}

/** As plain JavaScript may be. */
class WithoutForward extends SampleStreaming {}
Object.defineProperty(WithoutForward.prototype, 'forward', { value: undefined });

const allForwards = ['forward.bytes', 'forward.credential', 'forward.refusal', 'forward.unlisted'];

export const brokenModels: readonly BrokenProvider[] = [
  broken('the first page of models taken for all', ['models.list'], { models: FirstPageOnly }),
  broken('a list of models that may have no end', ['models.endless'], { models: PagesWithoutEnd }),
  broken('a refused list of models told as an empty one', ['models.refused'], { models: NoneWhereRefused }),
  broken('a model that is not there told in other words', ['models.unknown'], { models: NotFoundAsItCame }),
  broken('a behaviour without one of its methods', ['manifest.compliant', ...allForwards], { streaming: WithoutForward }),
];
