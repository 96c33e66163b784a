import { Inject, Injectable } from '@nestjs/common';

import { AuthType } from '../contracts/auth-type.js';
import type { Caller } from '../contracts/caller.js';
import type { ProviderCapabilities, ProviderSummary } from '../contracts/capabilities.js';
import type { ChatMessage } from '../contracts/chat.js';
import type { ContextChunk } from '../contracts/context-chunk.js';
import type { Model } from '../contracts/model.js';
import type { ProviderClient } from '../contracts/provider-client.js';
import { ProviderId } from '../contracts/provider-id.js';
import type { Session, SessionAddress, SessionRecord, SessionReference } from '../contracts/session.js';
import type { ChatAnswer } from '../contracts/stream-event.js';
import type { RefreshedTokens } from '../contracts/tokens.js';
import { localCaller } from './access/local-caller.js';
import type { ChatStream, ChatStreamOptions } from './chat/chat.js';
import { Chat } from './chat/chat.js';
import { Contexts } from './contexts/contexts.js';
import { signalOf } from './never-aborted.js';
import { SessionRefresh } from './refresh/session-refresh.js';
import { withRenewal } from './refresh/with-renewal.js';
import { ProviderRegistry } from './registry/provider-registry.js';
import { AuthorisedClients } from './sessions/authorised-client.js';
import type { NewSession } from './sessions/new-session.js';
import { SessionFinder } from './sessions/session-finder.js';
import { Sessions } from './sessions/sessions.js';

export interface CallSignal {
  readonly signal?: AbortSignal;
}

export interface ContextOptions extends CallSignal {
  /** Needed where the session's name fits both auth types. */
  readonly authType?: string;
}

/**
 * The one way to every provider. Injected, it acts for the application itself; `for` gives the same for a caller. Sessions are
 * named by their name or id. Every method may throw `provider.unknown`, `operation.unsupported` and, for sessions that do not
 * exist or are not granted, `session.not-found`.
 */
@Injectable()
export class UniversalProvider {
  private caller: Caller = localCaller;

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(AuthorisedClients) private readonly clients: AuthorisedClients,
    @Inject(Chat) private readonly chat: Chat,
    @Inject(Contexts) private readonly contexts: Contexts,
    @Inject(SessionRefresh) private readonly refresh: SessionRefresh,
    @Inject(SessionFinder) private readonly finder: SessionFinder,
  ) {}

  for(caller: Caller): UniversalProvider {
    const { registry, sessions, clients, chat, contexts, refresh, finder } = this;
    const acting = new UniversalProvider(registry, sessions.for(caller), clients, chat, contexts.for(caller), refresh, finder);
    acting.caller = caller;
    return acting;
  }

  listProviders(): readonly ProviderSummary[] {
    return this.registry.listProviders().map((id) => {
      const { displayName, authTypes, features } = this.registry.capabilitiesOf(id);
      return { id, displayName, authTypes, features };
    });
  }

  providerCapabilities(provider: string): ProviderCapabilities {
    return this.registry.capabilitiesOf(provider);
  }

  createSession(provider: string, authType: string, options: NewSession): Promise<Session> {
    return this.sessions.create({ ...options, provider, authType });
  }

  async deleteSession(provider: string, authType: string, session: string): Promise<void> {
    return this.sessions.delete(addressOf(provider, authType, session));
  }

  /**
   * New tokens now, whatever failed before; they are stored when this resolves. Leaving early ends the waiting, not the refresh.
   *
   * @throws MaestroError `session.reauth-required`, `session.refresh-busy`, `oauth.misconfigured` and upstream errors
   */
  async refreshTokens(provider: string, session: string, options?: CallSignal): Promise<RefreshedTokens> {
    this.registry.resolve(provider, 'oauth');
    return this.refresh.tokens(this.caller, addressOf(provider, 'oauth', session), options);
  }

  /** The same, for those who are not shown tokens. */
  refreshSession(address: SessionAddress, options?: CallSignal): Promise<Session> {
    return this.refresh.session(this.caller, address, options);
  }

  async listModels(provider: string, authType: string | undefined, session: string, options?: CallSignal): Promise<readonly Model[]> {
    const models = this.registry.resolve(provider, 'models');
    return this.asked(addressOf(provider, authType, session), options, (client, signal) => models.listModels(client, { signal }));
  }

  /** @throws MaestroError `model.not-found` */
  async getModel(provider: string, authType: string | undefined, session: string, modelId: string, options?: CallSignal): Promise<Model> {
    const models = this.registry.resolve(provider, 'models');
    return this.asked(addressOf(provider, authType, session), options, (client, signal) =>
      models.getModelInfo(client, modelId, { signal }),
    );
  }

  /** As `listModels`, for a session by its address. It takes scope `chat` and no other. */
  async modelsOf(address: SessionAddress, options?: CallSignal): Promise<readonly Model[]> {
    const { provider, authType, id } = await this.found(address);
    return this.listModels(provider, authType, id, options);
  }

  /** As `getModel`, for a session by its address. @throws MaestroError `model.not-found` */
  async modelOf(address: SessionAddress, modelId: string, options?: CallSignal): Promise<Model> {
    const { provider, authType, id } = await this.found(address);
    return this.getModel(provider, authType, id, modelId, options);
  }

  /** Resolves when the answer began; rejects where the provider refuses. Leaving the iteration or aborting ends the request. */
  streamChat(provider: string, session: string, messages: readonly ChatMessage[], options: ChatStreamOptions): Promise<ChatStream> {
    return this.chat.stream({ caller: this.caller, provider, session, messages, options });
  }

  /** The same, collected into one answer. */
  completeChat(provider: string, session: string, messages: readonly ChatMessage[], options: ChatStreamOptions): Promise<ChatAnswer> {
    return this.chat.complete({ caller: this.caller, provider, session, messages, options });
  }

  /** All chunks, in order. @throws MaestroError `context.not-found` */
  async listContextChunks(
    provider: string,
    session: string,
    contextId: string,
    options?: ContextOptions,
  ): Promise<readonly ContextChunk[]> {
    return this.contexts.allChunks(this.withContexts(provider, options?.authType, session), contextId, options);
  }

  /**
   * Prunes a chunk from what the next chat sends, and gives the ids of all that had to go with it.
   *
   * @throws MaestroError `context.not-found`, `context.chunk-not-found`
   */
  async deleteContextChunk(
    provider: string,
    session: string,
    contextId: string,
    chunkId: string,
    options?: ContextOptions,
  ): Promise<readonly string[]> {
    return this.contexts.deleteChunk(this.withContexts(provider, options?.authType, session), contextId, chunkId, options);
  }

  /** Contexts are those of chats: a provider that cannot chat has none. */
  private withContexts(provider: string, authType: string | undefined, session: string): SessionReference {
    this.registry.resolve(provider, 'streaming');
    return addressOf(provider, authType, session);
  }

  private found(address: SessionAddress): Promise<SessionRecord> {
    return this.finder.find(this.caller, 'chat', address);
  }

  private async asked<T>(
    address: SessionAddress,
    options: CallSignal | undefined,
    ask: (client: ProviderClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signal = signalOf(options);
    const open = await this.clients.open(this.caller, 'chat', address, signal);
    return withRenewal(open, signal, (client) => ask(client, signal));
  }
}

function addressOf(provider: string, authType: string | undefined, session: string): SessionReference {
  return { provider: ProviderId.parse(provider), session, ...(authType !== undefined && { authType: AuthType.parse(authType) }) };
}
