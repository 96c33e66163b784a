import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { WireTap } from '../../kit/wire-tap.js';
import type { Watch } from './observed-source.js';
import { observedSource } from './observed-source.js';
import { withStreamId } from './observed-stream.js';
import type { StreamOutcome } from './stream-observer.port.js';

export interface ObservedBytesParts extends Watch {
  readonly streamId: string;
  readonly source: AsyncIterable<Uint8Array>;
  /** Absent: an answer that nobody here can read. */
  readonly tap?: WireTap;
  /** What the answer means, where it is a refusal. */
  readonly refusal?: MaestroError;
}

/**
 * The bytes of an answer, as they are, while its tap tells of them. A body that ends without its wire's terminal marker throws
 * `upstream.truncated` when every byte of it was handed on.
 */
export function observedBytes({ streamId, source, tap, refusal, ...watch }: ObservedBytesParts): AsyncIterableIterator<Uint8Array> {
  const tellAll = (events: readonly StreamEvent[], tell: (event: StreamEvent) => void): void => {
    for (const event of events) tell(withStreamId(event, streamId));
  };
  const refused: StreamOutcome | undefined = refusal && { kind: 'failed', error: refusal };
  const passage = {
    pass(bytes: Uint8Array, tell: (event: StreamEvent) => void): Uint8Array {
      if (tap !== undefined) tellAll(tap.read(bytes), tell);
      return bytes;
    },
    conclude(tell: (event: StreamEvent) => void): StreamOutcome {
      if (tap === undefined) return refused ?? { kind: 'finished' };
      const { events, failure, isTruncated } = tap.end();
      tellAll(events, tell);
      if (isTruncated) throw failure ?? new MaestroError('internal', {});
      return failure === undefined ? { kind: 'finished' } : { kind: 'failed', error: failure };
    },
    leave: (): StreamOutcome => refused ?? { kind: 'left' },
  };
  return observedSource(source, passage, watch);
}
