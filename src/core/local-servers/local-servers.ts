import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { LocalServerTraits } from '../../contracts/manifest.js';
import { noKey } from '../../contracts/manifest.js';
import type { Model } from '../../contracts/model.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import type { LocalAnswer, LocalServer } from './local-server.js';
import { lineOf } from './local-server.js';

/** Milliseconds that a server gets to tell its models. */
const patienceMs = 1_000;

/** Looks for model servers at their usual addresses, where the operator wants that. Nothing is kept and nothing made of it. */
@Injectable()
export class LocalServers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Providers');
  private readonly closing = new AbortController();

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(coreOptions) private readonly options: CoreOptions,
  ) {}

  /** In the background: no start waits for a server that may not be there. */
  onApplicationBootstrap(): void {
    if (this.options.findsLocal !== 'at-start') return;
    this.look(this.closing.signal).then(
      (servers) => {
        for (const server of servers) this.logger.log(lineOf(server));
      },
      (error: unknown) => {
        if (!this.closing.signal.aborted) this.logger.error({ text: 'looking for servers on this machine failed', error });
      },
    );
  }

  onApplicationShutdown(): void {
    this.closing.abort(new MaestroError('gateway.shutting-down', {}));
  }

  /** All that answer, in the order of providers; none where the operator did not ask for it. */
  async look(signal: AbortSignal): Promise<readonly LocalServer[]> {
    if (this.options.findsLocal === undefined) return [];
    const looks = this.registry.listProviders().map(async (provider) => {
      const { localServer } = this.registry.manifestOf(provider);
      return localServer === undefined ? [] : this.lookFor(provider, localServer, signal);
    });
    return (await Promise.all(looks)).flat();
  }

  private async lookFor(provider: ProviderId, traits: LocalServerTraits, signal: AbortSignal): Promise<readonly LocalServer[]> {
    const credentials = { authType: 'api_key', apiKey: Secret.of(noKey), extra: {} } as const;
    const client = this.registry.resolve(provider, 'api-key').createClient(credentials, {});
    const { displayName } = this.registry.manifestOf(provider);
    const found = { provider, displayName, address: client.baseUrl };
    const limit = AbortSignal.timeout(patienceMs);
    try {
      const models = await this.registry.resolve(provider, 'models').listModels(client, { signal: AbortSignal.any([signal, limit]) });
      const answer = answerOf(models, traits);
      return answer === undefined ? [] : [{ ...found, answer, models: models.map(({ id }) => id) }];
    } catch (error) {
      signal.throwIfAborted();
      if (!MaestroError.is(error)) throw error;
      // Whatever else stands in the way, there is no server here that could be used.
      return error.code === 'session.credential-rejected' ? [{ ...found, answer: 'wants-key', models: [] }] : [];
    }
  }
}

/** `undefined`: somebody else's server. */
function answerOf(models: readonly Model[], { ownedBy }: LocalServerTraits): LocalAnswer | undefined {
  if (ownedBy === undefined || models.length === 0) return 'may-be';
  return models.some((model) => model.ownedBy === ownedBy) ? 'answers' : undefined;
}
