import type { ChatAnswer, Usage } from '../../contracts/stream-event.js';
import type { NewChunk } from './context-store.port.js';
import type { Piece } from './pieces.js';

type Facts = Pick<NewChunk, 'model' | 'tokens' | 'providerRef'>;

/** What is known of each piece of an answer beside its words. Pure. */
export function answerFacts({ model, id, usage }: ChatAnswer, pieces: readonly Piece[]): (piece: Piece) => Facts {
  return (piece) => {
    const tokens = tokensOf(piece, pieces, usage);
    const ref = refOf(piece) ?? id;
    return { model, ...(tokens !== undefined && { tokens }), ...(ref !== undefined && { providerRef: ref }) };
  };
}

/** Providers count thoughts and the rest of an answer; that is a piece's own number where it is the only one of its kind. */
function tokensOf({ kind }: Piece, pieces: readonly Piece[], usage: Usage | undefined): number | undefined {
  const isThought = kind === 'reasoning';
  const thoughts = pieces.filter((piece) => piece.kind === 'reasoning').length;
  const alike = isThought ? thoughts : pieces.length - thoughts;
  if (alike !== 1 || usage === undefined) return undefined;
  if (isThought) return usage.reasoning;
  const thinking = usage.reasoning ?? (thoughts === 0 ? 0 : undefined);
  return usage.output === undefined || thinking === undefined ? undefined : usage.output - thinking;
}

function refOf({ parts: [part] }: Piece): string | undefined {
  return part?.type === 'reasoning' ? part.id : undefined;
}
