import type { ServerSentEvent } from '../contracts/wire-request.js';

/** An event that the end of the body cut in two is no event: what is missing then is the terminal marker. */
export function wholeEvents(events: readonly ServerSentEvent[]): readonly ServerSentEvent[] {
  return events.filter(({ data }) => {
    if (!data.startsWith('{')) return data !== '';
    try {
      JSON.parse(data);
      return true;
    } catch {
      return false;
    }
  });
}
