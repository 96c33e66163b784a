import type { AuthType } from '../../contracts/auth-type.js';
import type { Role } from '../../contracts/chat.js';
import type { ChunkKind, ContextId, ContextSummary } from '../../contracts/context-chunk.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SealedSecret, SessionId } from '../../contracts/session.js';

/** A conversation of a session. */
export interface ContextRecord {
  readonly id: string;
  readonly contextId: ContextId;
  /** The provider's own name of it, where the provider keeps it. */
  readonly remoteRef?: string;
}

/** What is known of a chunk without opening it. */
export interface ChunkOutline {
  readonly id: string;
  readonly position: number;
  /** The position of the first piece of the message that it is a piece of. */
  readonly message: number;
  readonly role: Role;
  readonly kind: ChunkKind;
  /** Of a call and its result. */
  readonly callId?: string;
}

export interface ChunkRecord extends ChunkOutline {
  readonly content: SealedSecret;
  readonly model?: string;
  readonly tokens?: number;
  readonly providerRef?: string;
  readonly createdAt: Date;
}

/** `position` and `message` count from the first chunk that is appended with it. */
export type NewChunk = Omit<ChunkRecord, 'createdAt'>;

/** Whose conversation it is; provider and auth type are part of what each chunk is sealed to. */
export interface ContextOwner {
  readonly id: SessionId;
  readonly provider: ProviderId;
  readonly authType: AuthType;
}

/** Conversations as they rest: contents sealed, and gone with their session. */
export interface ContextStore {
  find(session: SessionId, contextId: ContextId): Promise<ContextRecord | undefined>;
  count(session: SessionId): Promise<number>;
  /** By context id. */
  list(session: SessionId, limit: number, after?: string): Promise<readonly ContextSummary[]>;
  /** In order, those behind a position. */
  chunks(context: string, limit: number, after?: number): Promise<readonly ChunkRecord[]>;
  /**
   * At the end, all of them or none, nothing of others in between; makes the context where there is none. The same chunks a
   * second time change nothing. False: the session is gone.
   */
  append(owner: ContextOwner, contextId: ContextId, chunks: readonly NewChunk[]): Promise<boolean>;
  /** Notes that the provider keeps this context, or gives what was noted before. Undefined: the session is gone. */
  keepRemote(owner: ContextOwner, contextId: ContextId, remoteRef: string): Promise<ContextRecord | undefined>;
  /**
   * Takes away what `choose` says of all that is there, while nothing is added. A context without a chunk is gone.
   *
   * @param choose is pure; what it throws ends the work, and nothing has changed
   */
  prune(context: string, choose: (chunks: readonly ChunkOutline[]) => ReadonlySet<string>): Promise<readonly string[]>;
}

export const ContextStore = Symbol.for('maestro/context-store');
