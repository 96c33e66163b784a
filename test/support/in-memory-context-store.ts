import { randomUUID } from 'node:crypto';

import type { ContextId, ContextSummary } from '../../src/contracts/context-chunk.js';
import type { SessionId } from '../../src/contracts/session.js';
import type {
  ChunkOutline,
  ChunkRecord,
  ContextOwner,
  ContextRecord,
  ContextStore,
  NewChunk,
} from '../../src/core/contexts/context-store.port.js';

interface Conversation extends ContextRecord {
  readonly session: SessionId;
  readonly chunks: ChunkRecord[];
  nextPosition: number;
}

/** Conversations in memory, with the rules of the tables. */
export class InMemoryContextStore implements ContextStore {
  readonly conversations: Conversation[] = [];
  /** Calls of `append` that are to fail, the next one first. */
  readonly failures: Error[] = [];

  async find(session: SessionId, contextId: ContextId): Promise<ContextRecord | undefined> {
    return this.conversations.find((one) => one.session === session && one.contextId === contextId);
  }

  async count(session: SessionId): Promise<number> {
    return this.conversations.filter((one) => one.session === session).length;
  }

  async list(session: SessionId, limit: number, after?: string): Promise<readonly ContextSummary[]> {
    const at = new Date(0);
    return this.conversations
      .filter((one) => one.session === session && (after === undefined || one.contextId > after))
      .sort((one, other) => one.contextId.localeCompare(other.contextId))
      .slice(0, limit)
      .map(({ contextId, chunks, remoteRef }) => ({
        management: remoteRef === undefined ? ('local' as const) : ('remote' as const),
        ...{ id: contextId, chunks: chunks.length, createdAt: at, updatedAt: at },
        bytes: chunks.reduce((sum, { content }) => sum + content.bytes.length, 0),
      }));
  }

  async chunks(context: string, limit: number, after = -1): Promise<readonly ChunkRecord[]> {
    return (this.byId(context)?.chunks ?? []).filter(({ position }) => position > after).slice(0, limit);
  }

  async append(owner: ContextOwner, contextId: ContextId, chunks: readonly NewChunk[]): Promise<boolean> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const present = this.conversations.find((one) => one.session === owner.id && one.contextId === contextId);
    const conversation = present ?? { id: randomUUID(), contextId, session: owner.id, chunks: [], nextPosition: 0 };
    if (present === undefined) this.conversations.push(conversation);
    const { nextPosition: first } = conversation;
    const added = chunks.map((chunk) => ({
      ...chunk,
      position: first + chunk.position,
      message: first + chunk.message,
      createdAt: new Date(0),
    }));
    conversation.chunks.push(...added);
    conversation.nextPosition += chunks.length;
    return true;
  }

  async keepRemote(owner: ContextOwner, contextId: ContextId, remoteRef: string): Promise<ContextRecord | undefined> {
    const present = await this.find(owner.id, contextId);
    const context = present ?? { id: randomUUID(), contextId, remoteRef };
    if (present === undefined) this.conversations.push({ ...context, session: owner.id, chunks: [], nextPosition: 0 });
    return context;
  }

  async prune(context: string, choose: (chunks: readonly ChunkOutline[]) => ReadonlySet<string>): Promise<readonly string[]> {
    const chunks = this.byId(context)?.chunks ?? [];
    const gone = choose(chunks);
    chunks.splice(0, chunks.length, ...chunks.filter(({ id }) => !gone.has(id)));
    const at = this.conversations.findIndex(({ id }) => id === context);
    if (chunks.length === 0) this.conversations.splice(at, 1);
    return [...gone];
  }

  private byId(context: string): Conversation | undefined {
    return this.conversations.find(({ id }) => id === context);
  }
}
