import type { StreamEvent } from '../../../contracts/stream-event.js';
import { demand } from '../demand.js';

/** The promises of `StreamEvent` that hold for every answer. */
export function demandOrder(events: readonly StreamEvent[]): void {
  const types = events.map(({ type }) => type);
  demand(types.at(0) === 'message-start', `the first event is ${types.at(0) ?? 'missing'}, not message-start`);
  demand(types.at(-1) === 'message-end', `the last event is ${types.at(-1) ?? 'missing'}, not message-end`);
  demand(types.lastIndexOf('message-start') === 0, 'there are two message-start');
  demand(types.indexOf('message-end') === types.length - 1, 'there are two message-end');
  for (const event of events) {
    if ('part' in event) demand(Number.isInteger(event.part) && event.part >= 0, `${event.type} is of part ${String(event.part)}`);
  }
}
