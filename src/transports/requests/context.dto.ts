import type { Role } from '../../contracts/chat.js';
import type { ChunkKind, ContextChunk, ContextSummary } from '../../contracts/context-chunk.js';
import type { Page } from '../../contracts/session.js';

/** A conversation. Times are RFC 3339. */
export class ContextDto {
  readonly id: string;
  /** Where it is kept: with Maestro, or with the provider, where chunks and bytes are not counted. */
  readonly management: 'local' | 'remote';
  /** How many are left. */
  readonly chunks: number;
  /** As they rest. */
  readonly bytes: number;
  readonly createdAt: string;
  readonly updatedAt: string;

  constructor({ id, management, chunks, bytes, createdAt, updatedAt }: ContextSummary) {
    this.id = id;
    this.management = management;
    this.chunks = chunks;
    this.bytes = bytes;
    this.createdAt = createdAt.toISOString();
    this.updatedAt = updatedAt.toISOString();
  }
}

export class ContextListDto {
  readonly data: ContextDto[];
  /** Absent on the last page. */
  readonly nextCursor?: string;

  constructor({ data, nextCursor }: Page<ContextSummary>) {
    this.data = data.map((context) => new ContextDto(context));
    if (nextCursor !== undefined) this.nextCursor = nextCursor;
  }
}

export class ChunkMetadataDto {
  readonly role: Role;
  readonly kind: ChunkKind;
  readonly provider: string;
  /** The model that said it. */
  readonly model?: string;
  /** Where the provider's figures tell it of this piece alone. */
  readonly tokens?: number;
  /** From 0; what was deleted leaves a gap. */
  readonly position: number;
  readonly createdAt?: string;
  /** The provider's own id of it. */
  readonly providerRef?: string;
  /** Of a tool call and its result: they are deleted together. */
  readonly callId?: string;

  constructor({ role, kind, provider, model, tokens, position, createdAt, providerRef, callId }: ContextChunk['metadata']) {
    this.role = role;
    this.kind = kind;
    this.provider = provider;
    if (model !== undefined) this.model = model;
    if (tokens !== undefined) this.tokens = tokens;
    this.position = position;
    if (createdAt !== undefined) this.createdAt = createdAt.toISOString();
    if (providerRef !== undefined) this.providerRef = providerRef;
    if (callId !== undefined) this.callId = callId;
  }
}

/** A piece of a conversation, to read. */
export class ChunkDto {
  readonly id: string;
  readonly content: string;
  readonly metadata: ChunkMetadataDto;

  constructor({ id, content, metadata }: ContextChunk) {
    this.id = id;
    this.content = content;
    this.metadata = new ChunkMetadataDto(metadata);
  }
}

export class ChunkListDto {
  readonly data: ChunkDto[];
  /** Absent on the last page. */
  readonly nextCursor?: string;

  constructor({ data, nextCursor }: Page<ContextChunk>) {
    this.data = data.map((chunk) => new ChunkDto(chunk));
    if (nextCursor !== undefined) this.nextCursor = nextCursor;
  }
}

export class DeletedChunksDto {
  /** Ids of all that went: a chunk takes along what providers would refuse without it. */
  readonly deleted: string[];

  constructor(deleted: readonly string[]) {
    this.deleted = [...deleted];
  }
}
