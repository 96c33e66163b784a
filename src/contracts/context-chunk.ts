import type { Brand } from './brand.js';
import { MaestroError } from './errors/maestro-error.js';
import type { ProviderId } from './provider-id.js';

/** A conversation whose context Maestro keeps: 1 to 200 printable characters, chosen by the caller. */
export type ContextId = Brand<string, 'ContextId'>;

export const ContextId = {
  /** @throws MaestroError `request.invalid` */
  parse(text: string): ContextId {
    if (/^[\P{C}]{1,200}$/u.test(text)) return text as ContextId;
    throw new MaestroError('request.invalid', { problems: ['contextId must be 1 to 200 printable characters'] });
  },
};

export type ChunkKind = 'message' | 'reasoning' | 'tool-call' | 'tool-result';

/** A context in a list. */
export interface ContextSummary {
  readonly id: ContextId;
  /** Where it is kept. Of what the provider keeps, chunks and bytes are not counted: they are 0. */
  readonly management: 'local' | 'remote';
  /** How many are left. */
  readonly chunks: number;
  /** As they rest. */
  readonly bytes: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * One addressable piece of what will be sent as a conversation's context. Deleting it prunes it from the next request,
 * together with what a provider would refuse without it.
 */
export interface ContextChunk {
  readonly id: string;
  /** To read: a message's or a thought's text, a call with its arguments, a result. What is no text stands in brackets. */
  readonly content: string;
  readonly metadata: {
    readonly role: 'system' | 'user' | 'assistant' | 'tool';
    readonly kind: ChunkKind;
    readonly provider: ProviderId;
    readonly model?: string;
    /** Where the provider's figures tell it of this piece alone. */
    readonly tokens?: number;
    /** From 0; what was deleted leaves a gap. */
    readonly position: number;
    /** Absent where the provider keeps it and does not tell. */
    readonly createdAt?: Date;
    /** The provider's own id of the answer that it is of, or of the piece. */
    readonly providerRef?: string;
    /** Of a tool call and its result: they are deleted together. */
    readonly callId?: string;
  };
}
