import { Inject, Injectable } from '@nestjs/common';

import type { ContextBehaviour } from '../../contracts/behaviours/context.behaviour.js';
import type { Caller } from '../../contracts/caller.js';
import type { ContextChunk, ContextSummary } from '../../contracts/context-chunk.js';
import { ContextId } from '../../contracts/context-chunk.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { Page, SessionAddress, SessionRecord } from '../../contracts/session.js';
import { deletedWith } from '../../kit/chunk-groups.js';
import { localCaller } from '../access/local-caller.js';
import { signalOf } from '../never-aborted.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { AuthorisedClients } from '../sessions/authorised-client.js';
import { SecretBox } from '../sessions/secret-box.port.js';
import { SessionFinder } from '../sessions/session-finder.js';
import { openChunk } from './chunk-sealing.js';
import { ContextLog } from './context-log.js';
import type { ChunkRecord, ContextRecord } from './context-store.port.js';
import { ContextStore } from './context-store.port.js';
import type { Piece } from './pieces.js';
import { textOf } from './pieces.js';

interface CallSignal {
  readonly signal?: AbortSignal;
}

export interface PageQuery extends CallSignal {
  /** 1 to 200; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

interface RemoteContext extends CallOptions {
  readonly context: ContextBehaviour;
  readonly client: ProviderClient;
}

interface OpenContext {
  readonly session: SessionRecord;
  readonly contextId: ContextId;
  readonly context: ContextRecord;
}

/**
 * What is kept of conversations, and pruned. Injected, it acts for the application itself; `for` gives the same for a caller.
 * Every method may throw `caller.scope-missing`, `session.not-found`, `session.ambiguous` and `request.invalid`.
 */
@Injectable()
export class Contexts {
  private caller: Caller = localCaller;

  constructor(
    @Inject(ContextStore) private readonly store: ContextStore,
    @Inject(ContextLog) private readonly log: ContextLog,
    @Inject(SessionFinder) private readonly finder: SessionFinder,
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(AuthorisedClients) private readonly clients: AuthorisedClients,
  ) {}

  for(caller: Caller): Contexts {
    const acting = new Contexts(this.store, this.log, this.finder, this.box, this.registry, this.clients);
    acting.caller = caller;
    return acting;
  }

  /** The contexts of a session, by their ids. */
  async list(address: SessionAddress, query: PageQuery = {}): Promise<Page<ContextSummary>> {
    const { limit, cursor } = pageFrom(query);
    const session = await this.finder.find(this.caller, 'chat', address);
    // One more, to know whether there are more.
    const found = await this.store.list(session.id, limit + 1, cursor);
    return pageOf(found, limit, ({ id }) => id);
  }

  /** In order. @throws MaestroError `context.not-found`, `secret.unreadable`, `encryption.key-unknown` */
  async chunks(address: SessionAddress, contextId: string, query: PageQuery = {}): Promise<Page<ContextChunk>> {
    const { limit, cursor } = pageFrom(query);
    const open = await this.open(address, contextId);
    const { remoteRef } = open.context;
    if (remoteRef !== undefined) {
      const { context, client, signal } = await this.remote(open, query);
      return context.listContextChunks(client, remoteRef, { signal, limit, ...(cursor !== undefined && { cursor }) });
    }
    const found = await this.store.chunks(open.context.id, limit + 1, positionFrom(cursor));
    const { data, nextCursor } = pageOf(found, limit, ({ position }) => String(position));
    const place = { owner: open.session, contextId: open.contextId };
    const opened = await Promise.all(data.map((chunk) => openChunk(this.box, place, chunk)));
    return { data: opened.map((chunk) => chunkFrom(chunk, open.session)), ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** All of them. @throws MaestroError as `chunks` does */
  async allChunks(address: SessionAddress, contextId: string, options: CallSignal = {}): Promise<readonly ContextChunk[]> {
    const chunks: ContextChunk[] = [];
    let cursor: string | undefined;
    do {
      const page: Page<ContextChunk> = await this.chunks(address, contextId, {
        ...options,
        limit: 200,
        ...(cursor !== undefined && { cursor }),
      });
      chunks.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return chunks;
  }

  /**
   * Prunes a chunk, and what providers would refuse without it (`deletedWith`). Chats that run already were sent with it.
   *
   * @returns the ids of all that went
   * @throws MaestroError `context.not-found`, `context.chunk-not-found`
   */
  async deleteChunk(address: SessionAddress, contextId: string, chunkId: string, options: CallSignal = {}): Promise<readonly string[]> {
    const open = await this.open(address, contextId);
    const { id, remoteRef } = open.context;
    if (remoteRef !== undefined) {
      const { context, client, signal } = await this.remote(open, options);
      return context.deleteContextChunk(client, remoteRef, chunkId, { signal });
    }
    return this.store.prune(id, (chunks) => deletedWith(chunkId, chunks));
  }

  /** The provider's own keeping, and the way there. */
  private async remote({ session }: OpenContext, options: CallSignal): Promise<RemoteContext> {
    const context = this.registry.resolve(session.provider, 'context');
    const { client } = await this.clients.open(this.caller, 'chat', { id: session.id });
    return { context, client, signal: signalOf(options) };
  }

  private async open(address: SessionAddress, text: string): Promise<OpenContext> {
    const contextId = ContextId.parse(text);
    const session = await this.finder.find(this.caller, 'chat', address);
    await this.log.settled({ owner: session, contextId });
    const context = await this.store.find(session.id, contextId);
    if (context === undefined) throw new MaestroError('context.not-found', { contextId });
    return { session, contextId, context };
  }
}

function chunkFrom(chunk: Piece & ChunkRecord, { provider }: SessionRecord): ContextChunk {
  const { id, role, kind, position, createdAt, model, tokens, providerRef, callId } = chunk;
  const metadata = {
    ...{ role, kind, provider, position, createdAt },
    ...(model !== undefined && { model }),
    ...(tokens !== undefined && { tokens }),
    ...(providerRef !== undefined && { providerRef }),
    ...(callId !== undefined && { callId }),
  };
  return { id, content: textOf(chunk), metadata };
}

function pageFrom({ limit = 50, cursor }: PageQuery): { readonly limit: number; readonly cursor?: string } {
  const isCount = Number.isInteger(limit) && limit >= 1 && limit <= 200;
  if (!isCount) throw new MaestroError('request.invalid', { problems: ['limit must be a whole number from 1 to 200'] });
  return { limit, ...(cursor !== undefined && { cursor }) };
}

function positionFrom(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new MaestroError('request.invalid', { problems: ['cursor must be the nextCursor of the page before'] });
}

function pageOf<T>(found: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const data = found.slice(0, limit);
  const last = data.at(-1);
  return { data, ...(found.length > limit && last !== undefined && { nextCursor: cursorOf(last) }) };
}
