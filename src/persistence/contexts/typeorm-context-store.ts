import { randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import type { ContextId, ContextSummary } from '../../contracts/context-chunk.js';
import type { SessionId } from '../../contracts/session.js';
import type {
  ChunkOutline,
  ChunkRecord,
  ContextOwner,
  ContextRecord,
  ContextStore,
  NewChunk,
} from '../../core/contexts/context-store.port.js';
import { isMissingReference, isUniqueViolation } from '../database-errors.js';
import { run, transaction } from '../statements.js';
import {
  appendChunks,
  countContexts,
  deleteChunks,
  deleteEmptyContext,
  findContext,
  keepRemoteContext,
  listChunks,
  listContexts,
  outlineChunks,
  takeContext,
} from './context-statements.js';

type Nullable<T, Names extends keyof T> = Omit<T, Names> & { readonly [Name in Names]: NonNullable<T[Name]> | null };

type ContextRow = Nullable<Required<ContextRecord>, 'remoteRef'>;
type OutlineRow = Nullable<Required<ChunkOutline>, 'callId'>;
type ChunkRow = Nullable<Required<Omit<ChunkRecord, 'content'>>, 'callId' | 'model' | 'tokens' | 'providerRef'> & {
  readonly content: Buffer;
  readonly keyId: string;
};

/** Conversations in PostgreSQL. */
export class TypeOrmContextStore implements ContextStore {
  constructor(private readonly dataSource: DataSource) {}

  async find(session: SessionId, context: ContextId): Promise<ContextRecord | undefined> {
    const [row] = await run<ContextRow>(this.dataSource, findContext, [session, context]);
    if (row === undefined) return undefined;
    const { id, contextId, remoteRef } = row;
    return { id, contextId, ...(remoteRef !== null && { remoteRef }) };
  }

  async count(session: SessionId): Promise<number> {
    const [row] = await run<{ readonly contexts: number }>(this.dataSource, countContexts, [session]);
    return row?.contexts ?? 0;
  }

  list(session: SessionId, limit: number, after?: string): Promise<readonly ContextSummary[]> {
    return run<ContextSummary>(this.dataSource, listContexts, [session, limit, after]);
  }

  async chunks(context: string, limit: number, after?: number): Promise<readonly ChunkRecord[]> {
    return (await run<ChunkRow>(this.dataSource, listChunks, [context, limit, after])).map(chunkFromRow);
  }

  async append(owner: ContextOwner, contextId: ContextId, chunks: readonly NewChunk[]): Promise<boolean> {
    const place = [randomUUID(), owner.id, contextId, chunks.length, owner.provider, owner.authType];
    try {
      await run(this.dataSource, appendChunks, [...place, ...columnsOf(chunks)]);
      return true;
    } catch (error) {
      // They are there: an earlier attempt held, and its answer was lost.
      if (isUniqueViolation(error)) return true;
      if (isMissingReference(error)) return false;
      throw error;
    }
  }

  async keepRemote(owner: ContextOwner, contextId: ContextId, remoteRef: string): Promise<ContextRecord | undefined> {
    try {
      await run(this.dataSource, keepRemoteContext, [randomUUID(), owner.id, contextId, remoteRef]);
    } catch (error) {
      if (isMissingReference(error)) return undefined;
      throw error;
    }
    return this.find(owner.id, contextId);
  }

  prune(context: string, choose: (chunks: readonly ChunkOutline[]) => ReadonlySet<string>): Promise<readonly string[]> {
    return transaction(this.dataSource, async (connection) => {
      await connection.run(takeContext, [context]);
      const rows = await connection.run<OutlineRow>(outlineChunks, [context]);
      const ids = [...choose(rows.map(outlineFromRow))];
      await connection.run(deleteChunks, [context, ids]);
      await connection.run(deleteEmptyContext, [context]);
      return ids;
    });
  }
}

function outlineFromRow({ callId, ...outline }: OutlineRow): ChunkOutline {
  return { ...outline, ...(callId !== null && { callId }) };
}

function chunkFromRow({ content, keyId, callId, model, tokens, providerRef, ...row }: ChunkRow): ChunkRecord {
  return {
    ...row,
    content: { bytes: content, keyId },
    ...(callId !== null && { callId }),
    ...(model !== null && { model }),
    ...(tokens !== null && { tokens }),
    ...(providerRef !== null && { providerRef }),
  };
}

/** As `unnest` takes them: a list for each column. */
function columnsOf(chunks: readonly NewChunk[]): readonly (readonly unknown[])[] {
  const names = ['id', 'position', 'message', 'role', 'kind', 'callId', 'model', 'tokens', 'providerRef'] as const;
  return [
    ...names.map((name) => chunks.map((chunk) => chunk[name] ?? null)),
    chunks.map(({ content }) => content.bytes),
    chunks.map(({ content }) => content.keyId),
  ];
}
