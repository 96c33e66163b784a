import { Inject, Injectable } from '@nestjs/common';

import type { ChatMessage, ProviderOptions } from '../../contracts/chat.js';
import { ContextId } from '../../contracts/context-chunk.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import type { OpenSession } from '../sessions/authorised-client.js';
import type { ContextTurn } from './context-log.js';
import { ContextLog } from './context-log.js';
import { ContextStore } from './context-store.port.js';

export interface TurnRequest {
  readonly open: OpenSession;
  readonly contextId: string | undefined;
  readonly messages: readonly ChatMessage[];
  readonly providerOptions: ProviderOptions | undefined;
  readonly signal: AbortSignal;
}

/** Begins a chat where its conversation is kept: nowhere, in Maestro's log, or, by choice, with the provider. */
@Injectable()
export class ContextTurns {
  constructor(
    @Inject(ContextStore) private readonly store: ContextStore,
    @Inject(ContextLog) private readonly log: ContextLog,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
  ) {}

  /** @throws MaestroError `request.invalid`, `context.full`, `operation.unsupported`, and upstream errors */
  async begin(request: TurnRequest): Promise<ContextTurn> {
    const { open, contextId: text, messages } = request;
    const wantsRemote = this.wantsRemote(request);
    if (text === undefined) return outsideOfContexts(messages, wantsRemote);
    const contextId = ContextId.parse(text);
    const context = this.isRemotePossible(open) ? await this.store.find(open.session.id, contextId) : undefined;
    if (context?.remoteRef !== undefined) return remoteTurn(messages, context.remoteRef);
    if (!wantsRemote) return this.log.begin(open.session, contextId, messages);
    if (context !== undefined) throw invalid(`context ${JSON.stringify(contextId)} is kept by Maestro already; begin another one`);
    return remoteTurn(messages, await this.begun(request, contextId));
  }

  /** The provider's context; that of who was quicker, where two begin the same. */
  private async begun({ open: { client, session }, signal }: TurnRequest, contextId: ContextId): Promise<string> {
    const made = await this.registry.resolve(session.provider, 'context').createContext(client, { signal });
    const kept = await this.store.keepRemote(session, contextId, made);
    if (kept?.remoteRef !== undefined) return kept.remoteRef;
    throw new MaestroError('session.not-found', { session: session.id });
  }

  private wantsRemote({ open, providerOptions }: TurnRequest): boolean {
    if (!this.isRemotePossible(open)) return false;
    const { provider } = open.session;
    const choice = providerOptions?.[provider]?.['context'];
    if (choice === undefined || choice === 'local' || choice === 'remote') return choice === 'remote';
    throw invalid(`providerOptions.${provider}.context must be "local" or "remote"`);
  }

  private isRemotePossible({ session }: OpenSession): boolean {
    return this.registry.capabilitiesOf(session.provider).contextManagement === 'remote';
  }
}

function outsideOfContexts(messages: readonly ChatMessage[], wantsRemote: boolean): ContextTurn {
  if (wantsRemote) throw invalid('a context that the provider keeps needs a contextId');
  return { messages, observer: {}, settled: () => Promise.resolve() };
}

/** The provider knows what was said before, and keeps what is said now. */
function remoteTurn(messages: readonly ChatMessage[], remoteRef: string): ContextTurn {
  return { messages, remoteRef, observer: {}, settled: () => Promise.resolve() };
}

function invalid(problem: string): MaestroError {
  return new MaestroError('request.invalid', { problems: [problem] });
}
