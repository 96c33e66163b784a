import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Flow, Flowing, Sink } from '../../contracts/flowing.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { flowFrom } from '../../kit/flow.js';
import type { WireTap } from '../../kit/wire-tap.js';
import type { Source, Watch } from './observed-source.js';
import { ObservedSource } from './observed-source.js';
import { withStreamId } from './observed-stream.js';
import type { StreamOutcome } from './stream-observer.port.js';

export interface ObservedBytesParts extends Watch {
  readonly streamId: string;
  readonly source: Flowing<Uint8Array>;
  /** Absent: an answer that nobody here can read. */
  readonly tap?: WireTap;
  /** What the answer means, where it is a refusal. */
  readonly refusal?: MaestroError;
}

/**
 * The bytes of an answer, as they are, while its tap tells of them. A body that ends without its wire's terminal marker throws
 * `upstream.truncated` when every byte of it was handed on; one that breaks when its message is whole does not throw.
 */
export function observedBytes({ streamId, source, tap, refusal, ...watch }: ObservedBytesParts): Source<Uint8Array, Uint8Array> {
  let isComplete = false;
  const tellAll = (events: readonly StreamEvent[]): void => {
    for (const event of events) {
      isComplete ||= event.type === 'message-end';
      watch.audience.tell(withStreamId(event, streamId));
    }
  };
  const refused: StreamOutcome | undefined = refusal && { kind: 'failed', error: refusal };
  const pass = (bytes: Uint8Array): Uint8Array => {
    if (tap !== undefined) tellAll(tap.read(bytes));
    return bytes;
  };
  const passage = {
    pass,
    passAll: pass,
    conclude(): StreamOutcome {
      if (tap === undefined) return refused ?? { kind: 'finished' };
      const { events, failure, isTruncated } = tap.end();
      tellAll(events);
      if (isTruncated) throw failure ?? new MaestroError('internal', {});
      return failure === undefined ? { kind: 'finished' } : { kind: 'failed', error: failure };
    },
    broken(): StreamOutcome | undefined {
      if (tap !== undefined) tellAll(tap.end().events);
      return isComplete ? { kind: 'finished' } : undefined;
    },
    leave(): StreamOutcome {
      if (tap?.leave !== undefined) tellAll(tap.leave());
      return refused ?? { kind: 'left' };
    },
  };
  const flowOf = (sink: Sink<Uint8Array>, pieces: AsyncIterator<Uint8Array>): Flow => flowFrom(source, sink, pieces);
  return new ObservedSource(source, flowOf, passage, watch);
}
