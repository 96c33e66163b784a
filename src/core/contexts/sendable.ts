import type { ChatMessage } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { pairedChunks } from '../../kit/chunk-groups.js';
import type { ChunkOutline } from './context-store.port.js';
import type { Piece } from './pieces.js';
import { piecesFrom } from './pieces.js';

/** Results whose call was deleted while they were on their way are left out: every provider refuses them. Pure. */
export function withoutStrays<Chunk extends ChunkOutline>(chunks: readonly Chunk[]): readonly Chunk[] {
  const pairs = pairedChunks(chunks);
  return chunks.filter((chunk) => chunk.kind !== 'tool-result' || pairs.has(chunk));
}

/** @throws MaestroError `request.invalid` where a result answers a call that is neither kept nor sent with it */
export function refuseStrays(kept: readonly Pick<Piece, 'kind' | 'callId'>[], messages: readonly ChatMessage[]): void {
  const asked = new Set(kept.flatMap(({ kind, callId }) => (kind === 'tool-call' ? [callId] : [])));
  for (const { kind, callId } of piecesFrom(messages)) {
    if (kind === 'tool-call') asked.add(callId);
    if (kind !== 'tool-result' || asked.has(callId)) continue;
    const problem = `messages has a result for call ${JSON.stringify(callId)}, which the context does not hold (any more)`;
    throw new MaestroError('request.invalid', { problems: [problem] });
  }
}
