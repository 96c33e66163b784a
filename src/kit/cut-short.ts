import type { FinishReason } from '../contracts/stream-event.js';

/** Whether an answer ended where the model had more to say, so that its last call may be cut. */
export function isCutShort(reason: FinishReason): boolean {
  return reason === 'length' || reason === 'content-filter';
}
