import type { ChatMessage, ChatRequest, ContentPart, JsonObject } from 'maestro-llm/contracts';

/** The name of the vendor's wire. */
export const sampleChat = 'sample-chat';

/** Our request in the vendor's words. What the wire cannot say is left out, and belongs to the provider's limitations. */
export function encodeRequest({ model, messages, tools = [], options = {} }: ChatRequest): JsonObject {
  return {
    model,
    messages: messages.map(messageFrom),
    ...(tools.length > 0 && { tools: tools.map(({ name, parameters }) => ({ name, parameters })) }),
    ...(options.maxTokens !== undefined && { max_tokens: options.maxTokens }),
    ...(options.temperature !== undefined && { temperature: options.temperature }),
  };
}

function messageFrom({ role, content }: ChatMessage): JsonObject {
  return typeof content === 'string' ? { role, text: content } : { role, text: content.map(textOf).join('') };
}

function textOf(part: ContentPart): string {
  if (part.type === 'text') return part.text;
  return part.type === 'tool-result' && typeof part.result === 'string' ? part.result : '';
}
