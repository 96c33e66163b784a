import type { ChunkKind } from '../contracts/context-chunk.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';

/** A chunk among the others of its context, which come in order. */
export interface GroupedChunk {
  readonly id: string;
  readonly kind: ChunkKind;
  /** The same for all that one message, or one answer, is made of. */
  readonly message: number;
  /** Of a call and its result. */
  readonly callId?: string;
}

/**
 * What goes when a chunk goes, so that providers take what is left:
 *
 * - a call and its results: each is refused without the other;
 * - the calls of one message: the first one may carry the signature of all;
 * - the thoughts of a message, and its calls: signatures vouch for an unbroken row, and a call may need the thought before it;
 * - the thoughts of a message that loses its words: a thought must be followed by what was thought about.
 *
 * Words may stay where the thoughts before them go. Pure.
 *
 * @throws MaestroError `context.chunk-not-found`
 */
export function deletedWith(chunkId: string, chunks: readonly GroupedChunk[]): ReadonlySet<string> {
  const first = chunks.find(({ id }) => id === chunkId);
  if (first === undefined) throw new MaestroError('context.chunk-not-found', { chunkId });
  const pairs = pairedChunks(chunks);
  const gone = new Map([[first.id, first]]);
  // Grows while it is walked; a Map's walk takes in what is added.
  for (const chunk of gone.values()) {
    const companions = chunks.filter((other) => needs(other, chunk));
    for (const companion of [...companions, ...(pairs.get(chunk) ?? [])]) gone.set(companion.id, companion);
  }
  return new Set(gone.keys());
}

/** A call's results: those that come after it and before the next call of the same id. */
export function pairedChunks(chunks: readonly GroupedChunk[]): ReadonlyMap<GroupedChunk, readonly GroupedChunk[]> {
  const open = new Map<string, GroupedChunk>();
  const pairs = new Map<GroupedChunk, GroupedChunk[]>();
  for (const chunk of chunks) {
    if (chunk.callId === undefined) continue;
    if (chunk.kind === 'tool-call') open.set(chunk.callId, chunk);
    const call = open.get(chunk.callId);
    if (chunk.kind !== 'tool-result' || call === undefined) continue;
    pairs.set(call, [...(pairs.get(call) ?? []), chunk]);
    pairs.set(chunk, [call]);
  }
  return pairs;
}

/** Whether the one cannot stay in the message without the other. */
function needs(one: GroupedChunk, gone: GroupedChunk): boolean {
  if (one.message !== gone.message || gone.kind === 'tool-result') return false;
  if (one.kind === 'reasoning') return true;
  return one.kind === 'tool-call' && gone.kind !== 'message';
}
