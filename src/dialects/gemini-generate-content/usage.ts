import type { JsonObject } from '../../contracts/chat.js';
import type { Usage } from '../../contracts/stream-event.js';
import { numberIn } from '../../kit/json-fields.js';

const counts: readonly string[] = [
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
  'toolUsePromptTokenCount',
];

/**
 * `promptTokenCount` counts cached tokens in, and leaves out what server tools put into the prompt; `candidatesTokenCount`
 * leaves thoughts out. Metadata that tells only of the traffic's kind is no usage.
 */
export function usageFromWire(metadata: JsonObject): Usage | undefined {
  if (!counts.some((name) => numberIn(metadata, name) !== undefined)) return undefined;
  const input = numberIn(metadata, 'promptTokenCount');
  const reasoning = numberIn(metadata, 'thoughtsTokenCount');
  const cacheRead = numberIn(metadata, 'cachedContentTokenCount');
  const toolUsePrompt = numberIn(metadata, 'toolUsePromptTokenCount');
  return {
    ...(input !== undefined && { input }),
    // A count of zero is left out on this wire.
    output: (numberIn(metadata, 'candidatesTokenCount') ?? 0) + (reasoning ?? 0),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(reasoning !== undefined && { reasoning }),
    ...(toolUsePrompt !== undefined && { toolUsePrompt }),
  };
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
