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

/** One addressable piece of what will be sent as a conversation's context. Deleting it prunes it from the next request. */
export interface ContextChunk {
  readonly id: string;
  readonly content: string;
  readonly metadata: {
    readonly role: 'system' | 'user' | 'assistant' | 'tool';
    readonly kind: ChunkKind;
    readonly provider: ProviderId;
    readonly model?: string;
    readonly tokens?: number;
    readonly position: number;
    readonly createdAt: Date;
    readonly providerRef?: string;
    /** Of a tool call and its result: they are deleted together. */
    readonly callId?: string;
  };
}
