import type { ChatMessage, ContentPart, Role, ToolCallPart, ToolResultPart } from '../../contracts/chat.js';
import type { ChunkKind } from '../../contracts/context-chunk.js';
import type { AnswerPart } from '../../contracts/stream-event.js';

/** A piece of a message that can be addressed. */
export interface Piece {
  readonly kind: ChunkKind;
  readonly role: Role;
  /** Pieces with the same number are of one message. */
  readonly message: number;
  readonly parts: readonly ContentPart[];
  readonly callId?: string;
}

/** Messages in pieces: each thought, call and result by itself, what is said between them together. Pure, as all here. */
export function piecesFrom(messages: readonly ChatMessage[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const { role, content } of messages) {
    const message = pieces.length;
    for (const part of typeof content === 'string' ? textParts(content) : content) {
      const kind = kindOf(part);
      const last = pieces.at(-1);
      if (kind === 'message' && last?.kind === 'message' && last.message === message) {
        pieces[pieces.length - 1] = { ...last, parts: [...last.parts, part] };
      } else {
        pieces.push({ kind, role, message, parts: [part], ...('callId' in part && { callId: part.callId }) });
      }
    }
  }
  return pieces;
}

/** The messages that the pieces, as far as they are left, make. */
export function messagesFrom(pieces: readonly Piece[]): readonly ChatMessage[] {
  const messages: { readonly key: number; readonly role: Role; readonly parts: ContentPart[] }[] = [];
  for (const { message, role, parts } of pieces) {
    const last = messages.at(-1);
    if (last?.key === message) last.parts.push(...parts);
    else messages.push({ key: message, role, parts: [...parts] });
  }
  return messages.map(({ role, parts }) => ({ role, content: contentFrom(parts) }));
}

/**
 * An answer as it can be said back to a provider. Words of a refusal and of speech are words; citations and what the provider
 * did by itself cannot be said back, and a call that was cut in the middle must not be.
 */
export function messageFromAnswer(content: readonly AnswerPart[]): ChatMessage | undefined {
  const parts = content.flatMap(sayable);
  const isOnlyThought = parts.every(({ type }) => type === 'reasoning');
  return isOnlyThought ? undefined : { role: 'assistant', content: parts };
}

/** A piece for people to read. */
export function textOf({ parts }: Pick<Piece, 'parts'>): string {
  return parts.map(readable).join('');
}

function textParts(text: string): readonly ContentPart[] {
  return [{ type: 'text', text }];
}

function contentFrom(parts: readonly ContentPart[]): ChatMessage['content'] {
  const [first, ...others] = parts;
  const isPlain = first?.type === 'text' && first.providerOptions === undefined && others.length === 0;
  return isPlain ? first.text : parts;
}

function kindOf({ type }: ContentPart): ChunkKind {
  return type === 'reasoning' || type === 'tool-call' || type === 'tool-result' ? type : 'message';
}

function sayable(part: AnswerPart): readonly ContentPart[] {
  switch (part.type) {
    case 'refusal':
      return textParts(part.text);
    case 'audio':
      return part.transcript === '' ? [] : textParts(part.transcript);
    case 'citation':
    case 'server-tool':
    case 'provider-event':
      return [];
    default:
      return [part];
  }
}

function readable(part: ContentPart): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'reasoning':
      return part.text ?? '';
    case 'tool-call':
      return calledAs(part);
    case 'tool-result':
      return resultText(part);
    case 'image':
    case 'file':
      return `[${part.mediaType ?? part.type}]`;
    case 'provider-part':
      return '[provider-part]';
  }
}

function calledAs({ name, arguments: given }: ToolCallPart): string {
  return `${name}(${JSON.stringify(given)})`;
}

function resultText({ result }: ToolResultPart): string {
  return typeof result === 'string' ? result : result.map(readable).join('');
}
