import type { ContentPart } from '../../contracts/chat.js';
import type { ContextId } from '../../contracts/context-chunk.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { SealedSecret } from '../../contracts/session.js';
import type { SealContext, SecretBox } from '../sessions/secret-box.port.js';
import type { ChunkRecord, ContextOwner } from './context-store.port.js';
import type { Piece } from './pieces.js';

/** What is said is sealed with who said it and where: a chunk that was moved into another conversation or mouth does not open. */
interface SealedPiece {
  readonly session: string;
  readonly context: string;
  readonly role: string;
  readonly parts: readonly ContentPart[];
}

export interface ChunkPlace {
  readonly owner: ContextOwner;
  readonly contextId: ContextId;
}

export function sealPiece(box: SecretBox, id: string, { owner, contextId }: ChunkPlace, { role, parts }: Piece): Promise<SealedSecret> {
  const text: SealedPiece = { session: owner.id, context: contextId, role, parts };
  return box.seal(Secret.of(JSON.stringify(text)), sealContextOf(id, owner));
}

/** @throws MaestroError `secret.unreadable`, `encryption.key-unknown` */
export async function openChunk(box: SecretBox, { owner, contextId }: ChunkPlace, chunk: ChunkRecord): Promise<Piece & ChunkRecord> {
  const opened = await box.open(chunk.content, sealContextOf(chunk.id, owner));
  // What opens is what was sealed.
  const { session, context, role, parts } = JSON.parse(opened.reveal()) as SealedPiece;
  const isHere = session === owner.id && context === contextId && role === chunk.role;
  if (!isHere) throw new MaestroError('secret.unreadable', {});
  return { ...chunk, parts };
}

/** A chunk is written once: its version is always the first. */
function sealContextOf(id: string, { provider, authType }: ContextOwner): SealContext {
  return { table: 'context_chunks', column: 'content', rowId: id, provider, authType, secretVersion: 1 };
}
