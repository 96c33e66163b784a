import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { Watch } from './observed-source.js';
import { observedSource } from './observed-source.js';

export interface ObservedStreamParts extends Watch {
  readonly streamId: string;
  readonly provider: string;
  readonly source: AsyncIterable<StreamEvent>;
}

/** The events of an answer. Nothing is changed but the stream's id in the first one. */
export function observedStream({ streamId, provider, source, ...watch }: ObservedStreamParts): AsyncIterableIterator<StreamEvent> {
  let isComplete = false;
  const passage = {
    pass(given: StreamEvent, tell: (event: StreamEvent) => void): StreamEvent {
      const event = withStreamId(given, streamId);
      isComplete ||= event.type === 'message-end';
      tell(event);
      return event;
    },
    conclude() {
      if (!isComplete) throw new MaestroError('upstream.truncated', { provider });
      return { kind: 'finished' } as const;
    },
    leave: () => ({ kind: isComplete ? 'finished' : 'left' }) as const,
  };
  return observedSource(source, passage, watch);
}

export function withStreamId(event: StreamEvent, streamId: string): StreamEvent {
  return event.type === 'message-start' ? { ...event, streamId } : event;
}
