import { setImmediate as nextTurn } from 'node:timers/promises';

import { Observable } from 'rxjs';

import type { StreamEvent } from '../../../contracts/stream-event.js';
import { eventSize } from './event-size.js';

/** An event as it travels: numbered from 0. */
export type EventFrame = StreamEvent & { readonly seq: number };

/** A sign of life to a reader that acknowledges, while the model thinks. */
export interface Heartbeat {
  readonly type: 'heartbeat';
}

/** Where events go. */
export interface FrameWay {
  /** Aborted, with the reason, when no more is wanted. */
  readonly signal: AbortSignal;
  sent(bytes: number): void;
  /** Resolves when there is room for one more; `undefined` where there is. */
  room(): Promise<void> | undefined;
  /** Milliseconds between two signs of life; absent: none is sent. */
  readonly heartbeatMs?: number;
  /** The answer is over. */
  end(): void;
}

/** Events in a row after which other work gets a turn: Nest writes no sooner. */
const inARow = 64;

/** The events of an answer, each when its reader has room for it. A failure is the Observable's error. */
export function eventFrames(open: () => Promise<AsyncIterable<StreamEvent>>, way: FrameWay): Observable<EventFrame | Heartbeat> {
  return new Observable((subscriber) => {
    const beat =
      way.heartbeatMs === undefined
        ? undefined
        : setInterval(() => {
            subscriber.next({ type: 'heartbeat' });
          }, way.heartbeatMs);
    const give = async (): Promise<void> => {
      let seq = 0;
      for await (const event of await open()) {
        subscriber.next({ ...event, seq });
        way.sent(eventSize(event));
        seq += 1;
        beat?.refresh();
        if (seq % inARow === 0) await nextTurn();
        const room = way.room();
        if (room !== undefined) await orAborted(room, way.signal);
        way.signal.throwIfAborted();
      }
    };
    const over = (): void => {
      clearInterval(beat);
      way.end();
    };
    give().then(
      () => {
        over();
        subscriber.complete();
      },
      (failure: unknown) => {
        over();
        subscriber.error(failure);
      },
    );
  });
}

/** Whoever has enough does not wait until there is room. */
async function orAborted(room: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let leave: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => {
    leave = resolve;
    signal.addEventListener('abort', leave, { once: true });
  });
  await Promise.race([room, aborted]);
  signal.removeEventListener('abort', leave);
}
