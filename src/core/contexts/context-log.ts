import { randomUUID } from 'node:crypto';

import { Inject, Injectable, Logger } from '@nestjs/common';

import type { ChatMessage } from '../../contracts/chat.js';
import { ContextId } from '../../contracts/context-chunk.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ChatAnswer, StreamEvent } from '../../contracts/stream-event.js';
import { collectAnswer } from '../chat/collect-answer.js';
import type { StreamObserver } from '../chat/stream-observer.port.js';
import { SecretBox } from '../sessions/secret-box.port.js';
import { answerFacts } from './answer-facts.js';
import type { ChunkPlace } from './chunk-sealing.js';
import { openChunk, sealPiece } from './chunk-sealing.js';
import { contextLimits } from './context-limits.js';
import type { ChunkRecord, ContextOwner, NewChunk } from './context-store.port.js';
import { ContextStore } from './context-store.port.js';
import type { Piece } from './pieces.js';
import { messageFromAnswer, messagesFrom, piecesFrom } from './pieces.js';
import { refuseStrays, withoutStrays } from './sendable.js';
import { WriteQueue } from './write-queue.js';

/** One chat in a context: what to send, and who keeps the rest. */
export interface ContextTurn {
  /** What is left of the context, then the new messages. */
  readonly messages: readonly ChatMessage[];
  /** The provider's name of the context, where the provider keeps it. */
  readonly remoteRef?: string;
  /** Keeps the new messages and the answer as soon as the answer is whole. Of one that is not, nothing is kept. */
  readonly observer: StreamObserver;
  /** Resolves when what was to be kept rests. Never rejects. */
  readonly settled: () => Promise<void>;
}

const pageSize = 200;

/** Maestro's own log of conversations, the same for every provider. */
@Injectable()
export class ContextLog {
  private readonly logger = new Logger('Contexts');
  private readonly writes = new WriteQueue();

  constructor(
    @Inject(ContextStore) private readonly store: ContextStore,
    @Inject(SecretBox) private readonly box: SecretBox,
  ) {}

  /**
   * What was said before in this process is there; at another replica it may take the moment of one write.
   *
   * @throws MaestroError `request.invalid`, `context.full`, `secret.unreadable`, `encryption.key-unknown`
   */
  async begin(owner: ContextOwner, context: string, messages: readonly ChatMessage[]): Promise<ContextTurn> {
    const place = { owner, contextId: ContextId.parse(context) };
    await this.settled(place);
    const kept = await this.kept(place);
    const pieces = piecesFrom(messages);
    refuseStrays(kept, messages);
    refuseBeyond(place.contextId, kept, pieces);
    const events: StreamEvent[] = [];
    const observer = {
      event: (event: StreamEvent): void => {
        events.push(event);
        if (event.type === 'message-end') this.keep(place, pieces, collectAnswer('', events));
      },
    };
    return {
      messages: [...messagesFrom(withoutStrays(kept)), ...messages],
      observer,
      settled: () => this.settled(place),
    };
  }

  settled({ owner, contextId }: ChunkPlace): Promise<void> {
    return this.writes.settled(keyOf(owner, contextId));
  }

  /** Everything that is to be kept rests. */
  async close(): Promise<void> {
    await this.writes.allSettled();
  }

  private async kept(place: ChunkPlace): Promise<readonly (Piece & ChunkRecord)[]> {
    const { owner, contextId } = place;
    const context = await this.store.find(owner.id, contextId);
    if (context === undefined) {
      await this.refuseAnother(place);
      return [];
    }
    const chunks: (Piece & ChunkRecord)[] = [];
    for (;;) {
      const page = await this.store.chunks(context.id, pageSize, chunks.at(-1)?.position);
      chunks.push(...(await Promise.all(page.map((chunk) => openChunk(this.box, place, chunk)))));
      if (page.length < pageSize) return chunks;
    }
  }

  private async refuseAnother({ owner, contextId }: ChunkPlace): Promise<void> {
    const count = await this.store.count(owner.id);
    if (count >= contextLimits.contextsOfSession) throw full(contextId, `${String(contextLimits.contextsOfSession)} contexts of a session`);
  }

  private keep(place: ChunkPlace, asked: readonly Piece[], answer: ChatAnswer): void {
    const { owner, contextId } = place;
    this.writes.add(keyOf(owner, contextId), async () => {
      try {
        await this.append(place, await this.sealed(place, asked, answer));
      } catch (error) {
        this.logger.error({ text: 'a turn of a context was not kept', session: owner.id, error });
      }
    });
  }

  private async sealed(place: ChunkPlace, asked: readonly Piece[], answer: ChatAnswer): Promise<readonly NewChunk[]> {
    const said = messageFromAnswer(answer.content);
    const answered = said === undefined ? [] : piecesFrom([said]);
    const factsOf = answerFacts(answer, answered);
    const all = [
      ...asked.map((piece) => ({ piece, message: piece.message, facts: {} })),
      ...answered.map((piece) => ({ piece, message: asked.length + piece.message, facts: factsOf(piece) })),
    ];
    return Promise.all(
      all.map(async ({ piece, message, facts }, position) => {
        const id = randomUUID();
        const { role, kind, callId } = piece;
        const content = await sealPiece(this.box, id, place, piece);
        return { id, position, message, role, kind, content, ...(callId !== undefined && { callId }), ...facts };
      }),
    );
  }

  /** Once more where it failed: the same chunks are never there twice. */
  private async append({ owner, contextId }: ChunkPlace, chunks: readonly NewChunk[]): Promise<void> {
    const attempt = (): Promise<boolean> => this.store.append(owner, contextId, chunks);
    await attempt().catch(attempt);
  }
}

function keyOf(owner: ContextOwner, contextId: ContextId): string {
  return `${owner.id} ${contextId}`;
}

function refuseBeyond(contextId: ContextId, kept: readonly ChunkRecord[], pieces: readonly Piece[]): void {
  const sizes = pieces.map(({ parts }) => Buffer.byteLength(JSON.stringify(parts)));
  const bytes = [...kept.map(({ content }) => content.bytes.length), ...sizes].reduce((sum, size) => sum + size, 0);
  const { chunks, bytes: mostBytes, chunkBytes } = contextLimits;
  if (kept.length + pieces.length > chunks) throw full(contextId, `${String(chunks)} chunks`);
  if (sizes.some((size) => size > chunkBytes)) throw full(contextId, `${String(chunkBytes)} bytes in one chunk`);
  if (bytes > mostBytes) throw full(contextId, `${String(mostBytes)} bytes`);
}

function full(contextId: ContextId, limit: string): MaestroError {
  return new MaestroError('context.full', { contextId, limit });
}
