import type { ServerSentEvent } from '../contracts/wire-request.js';

/** An event as a `text/event-stream` body has it. `data` of more than one line would need a field for each; JSON has one. */
export function sseText({ event, data }: ServerSentEvent): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;
}
