import type { JsonObject } from '../../contracts/chat.js';
import type { Usage } from '../../contracts/stream-event.js';
import { numberIn } from '../../kit/json-fields.js';

/**
 * `promptTokenCount` counts cached tokens in, and leaves out what server tools put into the prompt; `candidatesTokenCount`
 * leaves thoughts out, and is itself left out where it is zero. Metadata that tells only of the traffic's kind is no usage.
 */
export function usageFromWire(metadata: JsonObject): Usage | undefined {
  const input = numberIn(metadata, 'promptTokenCount');
  const candidates = numberIn(metadata, 'candidatesTokenCount');
  const reasoning = numberIn(metadata, 'thoughtsTokenCount');
  const cacheRead = numberIn(metadata, 'cachedContentTokenCount');
  const toolUsePrompt = numberIn(metadata, 'toolUsePromptTokenCount');
  if ((input ?? candidates ?? reasoning ?? cacheRead ?? toolUsePrompt) === undefined) return undefined;
  // Comes with every chunk: field by field is several times faster than spreading objects that are mostly empty.
  const usage: { -readonly [Name in keyof Usage]: Usage[Name] } = { output: (candidates ?? 0) + (reasoning ?? 0) };
  if (input !== undefined) usage.input = input;
  if (reasoning !== undefined) usage.reasoning = reasoning;
  if (cacheRead !== undefined) usage.cacheRead = cacheRead;
  if (toolUsePrompt !== undefined) usage.toolUsePrompt = toolUsePrompt;
  return usage;
}

export function isSameUsage(one: Usage | undefined, other: Usage | undefined): boolean {
  return (
    one?.input === other?.input &&
    one?.output === other?.output &&
    one?.reasoning === other?.reasoning &&
    one?.cacheRead === other?.cacheRead &&
    one?.toolUsePrompt === other?.toolUsePrompt
  );
}
