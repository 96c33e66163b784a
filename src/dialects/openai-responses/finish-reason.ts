import type { FinishReason } from '../../contracts/stream-event.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { recordIn } from '../../kit/json-fields.js';
import { wordsIn } from './wire.js';

const incomplete: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ['max_output_tokens', 'length'],
  ['max_tokens', 'length'],
  ['content_filter', 'content-filter'],
  // Our own word to clients: the wire knows no answer that waits to be gone on with.
  ['pause', 'pause'],
]);

/** The wire has a status and, where the answer is incomplete, why. That tools are to be called shows only in the items. */
export function finishFrom(response: JsonRecord, hasCalls: boolean): { readonly reason: FinishReason; readonly providerReason: string } {
  const status = wordsIn(response, 'status') ?? 'completed';
  if (status === 'completed') return { reason: hasCalls ? 'tool-calls' : 'stop', providerReason: status };
  if (status !== 'incomplete') return { reason: 'other', providerReason: status };
  const why = wordsIn(recordIn(response, 'incomplete_details'), 'reason') ?? status;
  return { reason: incomplete.get(why) ?? 'other', providerReason: why };
}

const whys: Readonly<Partial<Record<FinishReason, string>>> = {
  length: 'max_output_tokens',
  'content-filter': 'content_filter',
  pause: 'pause',
};

/** Why an answer is incomplete, in the wire's word; `undefined` where it is complete. A provider's own stands where there is none. */
export function whyIncomplete(reason: FinishReason, providerReason: string | undefined): string | undefined {
  if (reason === 'stop' || reason === 'tool-calls') return undefined;
  return whys[reason] ?? (providerReason === undefined || incomplete.has(providerReason) ? 'other' : providerReason);
}
