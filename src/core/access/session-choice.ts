import { Inject, Injectable } from '@nestjs/common';

import { AuthType } from '../../contracts/auth-type.js';
import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SessionRecord, SessionReference } from '../../contracts/session.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SessionStore } from '../sessions/session-store.port.js';
import { mayUse, requireScope } from './may-use.js';
import { modelAddressFrom } from './model-address.js';

/** What a request says of where it wants to go. */
export interface RequestedRoute {
  /** As the client wrote it; absent: the request is about no model. */
  readonly model?: string;
  /** Whose model a bare name is. */
  readonly homeProvider: string;
  /** A name or an id, from beside the model. */
  readonly session?: string;
  readonly authType?: string;
}

export interface ChosenRoute {
  readonly address: SessionReference;
  /** As the provider calls it; empty where the request names none. */
  readonly model: string;
}

/** Sessions that are told to somebody who named none. */
const mostTold = 20;
const pageSize = 200;

/**
 * The session of a request that may name one in its model, beside it, or not at all. Nothing is ever guessed between two: the
 * caller's default, or the only one that there is.
 */
@Injectable()
export class SessionChoice {
  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(SessionStore) private readonly store: SessionStore,
  ) {}

  /** @throws MaestroError `provider.unknown`, `request.invalid`, `session.not-chosen`, `caller.scope-missing` */
  async choose(caller: Caller, { model: text, homeProvider, session: beside, authType }: RequestedRoute): Promise<ChosenRoute> {
    requireScope(caller, 'chat');
    const { provider: named, session: within, model } = modelAddressFrom(text ?? '', (id) => this.registry.serves(id));
    const { id: provider } = this.registry.manifestOf(named ?? homeProvider);
    if (text !== undefined) refuseInvalid(model, within, beside);
    const session = within ?? beside ?? caller.defaults?.[provider] ?? (await this.onlySession(caller, provider, authType));
    const address = { provider, session };
    return { address: authType === undefined ? address : { ...address, authType: AuthType.parse(authType) }, model };
  }

  /** Of those that can serve; a disabled one is none that anybody could mean. */
  private async onlySession(caller: Caller, provider: ProviderId, authType: string | undefined): Promise<string> {
    const usable: SessionRecord[] = [];
    let after: SessionRecord['id'] | undefined;
    do {
      const page = await this.store.list({
        provider,
        ...(authType !== undefined && { authType: AuthType.parse(authType) }),
        limit: pageSize,
        ...(after !== undefined && { after }),
      });
      usable.push(...page.data.filter((record) => record.status !== 'disabled' && mayUse(caller, 'chat', record)));
      after = page.nextCursor === undefined ? undefined : page.data.at(-1)?.id;
    } while (after !== undefined && usable.length <= mostTold);
    const [only, another] = usable;
    if (only !== undefined && another === undefined) return only.id;
    const names = [...new Set(usable.map(({ name }) => name))].sort().slice(0, mostTold);
    throw new MaestroError('session.not-chosen', { provider, sessions: names });
  }
}

function refuseInvalid(model: string, within: string | undefined, beside: string | undefined): void {
  const problems = [
    ...(model === '' ? ['model must not be empty'] : []),
    ...(within === '' ? ['the session in the model must not be empty'] : []),
    ...(within !== undefined && beside !== undefined && within !== beside
      ? ['the model names one session and the header another; name it once']
      : []),
  ];
  if (problems.length > 0) throw new MaestroError('request.invalid', { problems });
}
