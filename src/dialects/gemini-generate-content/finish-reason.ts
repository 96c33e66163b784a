import type { FinishReason } from '../../contracts/stream-event.js';

const filtered: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'JAILBREAK',
]);

/** `STOP` ends an answer with tool calls as well: what was said before decides. */
export function finishFromWire(finishReason: string, hasToolCalls: boolean): FinishReason {
  if (finishReason === 'STOP') return hasToolCalls ? 'tool-calls' : 'stop';
  if (finishReason === 'MAX_TOKENS') return 'length';
  return filtered.has(finishReason) ? 'content-filter' : 'other';
}
