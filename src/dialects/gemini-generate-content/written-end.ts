import type { JsonObject } from '../../contracts/chat.js';
import type { Citation, FinishReason, MessageEnd, Usage } from '../../contracts/stream-event.js';
import { finishFromWire } from './finish-reason.js';
import type { Pen } from './writing.js';
import { pushChunk } from './writing.js';
import { isChunk } from './written-content.js';

/** The last response: why the answer ended, its sources, what it cost. */
export function writeEnd({ reason, providerReason, usage: told }: MessageEnd, pen: Pen): void {
  const { calls, hasCalled, isBlocked, usageMetadata, citations } = pen.state;
  // A call that was cut must not be run.
  for (const { name } of calls.values()) pen.notices.push(`tool-call ${name}`);
  const usage = told ?? pen.state.usage;
  if (usage?.cacheWrite !== undefined && usageMetadata === undefined) pen.notices.push('usage cacheWrite');
  if (reason === 'pause') pen.notices.push('message-end pause');
  const cost = usageMetadata ?? (usage && usageToWire(usage));
  const sources = citations.map(chunkOf);
  const candidate: JsonObject = {
    finishReason: finishOf(reason, providerReason, hasCalled),
    ...(sources.length > 0 && { groundingMetadata: { groundingChunks: sources } }),
  };
  // A prompt that was blocked has no candidate.
  pushChunk(isBlocked ? undefined : candidate, pen, cost === undefined ? {} : { usageMetadata: cost });
}

function chunkOf({ data, url, title }: Citation): JsonObject {
  if (data !== undefined && isChunk(data)) return data;
  return { web: { ...(url !== undefined && { uri: url }), ...(title !== undefined && { title }) } };
}

const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
};

/** The provider's own word where this wire has it. */
function finishOf(reason: FinishReason, word: string | undefined, hasCalled: boolean): string {
  return word !== undefined && /^[A-Z_]{2,60}$/.test(word) && finishFromWire(word, hasCalled) === reason ? word : finishReasons[reason];
}

/** The wire counts thoughts beside what was said. */
function usageToWire({ input, output, reasoning, cacheRead, toolUsePrompt }: Usage): JsonObject {
  const said = output === undefined ? undefined : Math.max(0, output - (reasoning ?? 0));
  return {
    ...(input !== undefined && { promptTokenCount: input }),
    ...(cacheRead !== undefined && { cachedContentTokenCount: cacheRead }),
    ...(said !== undefined && { candidatesTokenCount: said }),
    ...(reasoning !== undefined && { thoughtsTokenCount: reasoning }),
    ...(toolUsePrompt !== undefined && { toolUsePromptTokenCount: toolUsePrompt }),
    totalTokenCount: (input ?? 0) + (output ?? 0) + (toolUsePrompt ?? 0),
  };
}
