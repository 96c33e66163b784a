import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Flow, Flowing, Sink } from '../../contracts/flowing.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { batchesFrom } from '../../kit/flow.js';
import type { Source, Watch } from './observed-source.js';
import { ObservedSource } from './observed-source.js';

/** Events that are pulled one by one, or flow, all that came together at once. */
export type EventSource = Source<StreamEvent, readonly StreamEvent[]>;

export interface ObservedStreamParts extends Watch {
  readonly streamId: string;
  readonly provider: string;
  readonly source: Flowing<StreamEvent, readonly StreamEvent[]>;
}

/** The events of an answer. Nothing is changed but the stream's id in the first one. */
export function observedStream({ streamId, provider, source, ...watch }: ObservedStreamParts): EventSource {
  const { audience } = watch;
  let isComplete = false;
  const pass = (given: StreamEvent): StreamEvent => {
    const event = withStreamId(given, streamId);
    isComplete ||= event.type === 'message-end';
    audience.tell(event);
    return event;
  };
  const passage = {
    pass,
    passAll(events: readonly StreamEvent[]): readonly StreamEvent[] {
      return events.map(pass);
    },
    conclude() {
      if (!isComplete) throw new MaestroError('upstream.truncated', { provider });
      return { kind: 'finished' } as const;
    },
    leave: () => ({ kind: isComplete ? 'finished' : 'left' }) as const,
  };
  const flowOf = (sink: Sink<readonly StreamEvent[]>, events: AsyncIterator<StreamEvent>): Flow => batchesFrom(source, sink, events);
  return new ObservedSource(source, flowOf, passage, watch);
}

export function withStreamId(event: StreamEvent, streamId: string): StreamEvent {
  return event.type === 'message-start' ? { ...event, streamId } : event;
}
