import type { ContextChunk, ContextId } from '../context-chunk.js';
import type { CallOptions, ProviderClient } from '../provider-client.js';
import type { Page } from '../session.js';
import { behaviour } from './behaviour.js';

export interface ChunkListOptions extends CallOptions {
  /** 1 to 200. */
  readonly limit: number;
  readonly cursor?: string;
}

/** Context that the provider keeps item by item. Providers without such storage bind nothing: Maestro's own log serves them. */
export interface ContextBehaviour {
  listContextChunks(client: ProviderClient, contextId: ContextId, options: ChunkListOptions): Promise<Page<ContextChunk>>;
  /** @throws MaestroError `context.chunk-not-found` */
  deleteContextChunk(client: ProviderClient, contextId: ContextId, chunkId: string, options: CallOptions): Promise<void>;
}

export const ContextBehaviour = behaviour<ContextBehaviour>('context', { listContextChunks: 3, deleteContextChunk: 4 });
