import type { StreamEvent } from '../../../contracts/stream-event.js';

/** What an event's own words take, beside its text. */
const frame = 64;

/** About how many bytes an event takes in a message; exact enough to bound what waits. */
export function eventSize(event: StreamEvent): number {
  switch (event.type) {
    case 'text-delta':
      return frame + event.text.length + (event.logprobs === undefined ? 0 : JSON.stringify(event.logprobs).length);
    case 'tool-call-delta':
      return frame + event.json.length;
    default:
      return JSON.stringify(event).length;
  }
}
