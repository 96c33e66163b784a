import type { ContextChunk } from '../context-chunk.js';
import type { CallOptions, ProviderClient } from '../provider-client.js';
import type { Page } from '../session.js';
import { behaviour } from './behaviour.js';

export interface ChunkListOptions extends CallOptions {
  /** 1 to 200. */
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * Context that the provider keeps item by item, where a caller chooses so. A context has a name of the provider's own, its
 * `ref`; a chat in it gets that as `contextRef`. Providers without such storage bind nothing: Maestro's own log serves them.
 */
export interface ContextBehaviour {
  /** Makes an empty context, and gives its ref. @throws MaestroError `operation.unsupported` where this credential has none */
  createContext(client: ProviderClient, options: CallOptions): Promise<string>;
  /** In order. */
  listContextChunks(client: ProviderClient, ref: string, options: ChunkListOptions): Promise<Page<ContextChunk>>;
  /** With what the provider would refuse without it. Gives the ids of all that went. @throws MaestroError `context.chunk-not-found` */
  deleteContextChunk(client: ProviderClient, ref: string, chunkId: string, options: CallOptions): Promise<readonly string[]>;
}

export const ContextBehaviour = behaviour<ContextBehaviour>('context', {
  createContext: 2,
  listContextChunks: 3,
  deleteContextChunk: 4,
});
