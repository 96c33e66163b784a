import type { ChatMessage, ContentPart } from '../../contracts/chat.js';
import { blocksFromPart, textBlocks } from './request-parts.js';
import type { InputBlock, InputMessage, TextBlock } from './wire.js';

/** The wire knows no system role: what system messages say, wherever they stand, is the `system` field. */
export function systemFrom(provider: string, messages: readonly ChatMessage[]): readonly TextBlock[] {
  return messages
    .filter(({ role }) => role === 'system')
    .flatMap(partsOf)
    .flatMap((part) => (part.type === 'text' ? textBlocks(provider, part) : []));
}

/**
 * Messages of one side that follow each other become one: the wire wants all results of a turn's calls in the one message after
 * it, before anything else there.
 */
export function messagesFrom(provider: string, messages: readonly ChatMessage[]): readonly InputMessage[] {
  const turns: { role: InputMessage['role']; content: readonly InputBlock[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const blocks = partsOf(message).flatMap((part) => blocksFromPart(provider, part));
    const last = turns.at(-1);
    if (last?.role === role) last.content = [...last.content, ...blocks];
    else turns.push({ role, content: blocks });
  }
  return turns.filter(({ content }) => content.length > 0).map(({ role, content }) => ({ role, content: resultsFirst(content) }));
}

function partsOf({ content }: ChatMessage): readonly ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function resultsFirst(content: readonly InputBlock[]): readonly InputBlock[] {
  const isResult = ({ type }: InputBlock): boolean => type === 'tool_result';
  return [...content.filter(isResult), ...content.filter((block) => !isResult(block))];
}
