import type { Observable } from 'rxjs';

import type { StreamEvent } from '../../../contracts/stream-event.js';
import type { Control } from '../control.js';
import type { EventFrame, Heartbeat } from '../streams/event-frames.js';
import { eventSize } from '../streams/event-size.js';
import { clientFailure, unreachable } from './client-failure.js';
import { Inbox } from './inbox.js';

export interface StreamToRead {
  readonly frames: Observable<EventFrame | Heartbeat>;
  /** Tells the gateway how far the reader is, or that it has enough. */
  readonly tell: (said: Pick<Control, 'received' | 'cancel'>) => void;
  readonly url: string;
  readonly heartbeatMs: number;
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What may be taken before the gateway is told: a quarter of what it lets wait. */
const untold = { events: 64, bytes: 256 * 1024 };

/**
 * The events of an answer, asked for when the iteration begins. What is not taken waits at the gateway, beyond a bounded few.
 * Leaving the iteration, or aborting the signal, ends the answer.
 */
export async function* readStream(stream: StreamToRead): AsyncGenerator<StreamEvent, void, undefined> {
  const { url, signal, tell } = stream;
  signal?.throwIfAborted();
  const inbox = new Inbox<EventFrame>();
  let received = 0;
  let isOver = false;
  const stop = listen(
    stream,
    inbox,
    () => received,
    () => {
      isOver = true;
    },
  );
  const untoldNow = { ...untold };
  try {
    for (;;) {
      const frame = await inbox.next();
      if (frame === undefined) throw unreachable(url, 'the answer broke off');
      const { seq, ...event } = frame;
      if (seq !== received) throw unreachable(url, `event ${String(received)} of the answer was lost on its way`);
      received += 1;
      if (event.type === 'message-end') isOver = true;
      yield event;
      if (isOver && event.type === 'message-end') return;
      untoldNow.events -= 1;
      untoldNow.bytes -= eventSize(event);
      if (untoldNow.events > 0 && untoldNow.bytes > 0) continue;
      Object.assign(untoldNow, untold);
      tell({ received });
    }
  } finally {
    stop();
    if (!isOver) tell({ cancel: true });
  }
}

/** @returns what ends the listening; it may be called again */
function listen(stream: StreamToRead, inbox: Inbox<EventFrame>, received: () => number, over: () => void): () => void {
  const { frames, tell, url, heartbeatMs, silenceMs, signal } = stream;
  const stop = (): void => {
    clearInterval(beat);
    clearTimeout(silence);
    signal?.removeEventListener('abort', leave);
    subscription.unsubscribe();
  };
  const leave = (): void => {
    stop();
    tell({ cancel: true });
    over();
    inbox.abandon(signal?.reason);
  };
  const beat = setInterval(() => {
    tell({ received: received() });
  }, heartbeatMs);
  const silence = setTimeout(() => {
    stop();
    inbox.fail(unreachable(url, `it was silent for ${String(silenceMs)} ms in the middle of an answer`));
  }, silenceMs);
  signal?.addEventListener('abort', leave, { once: true });
  const subscription = frames.subscribe({
    next: (frame) => {
      silence.refresh();
      if (frame.type !== 'heartbeat') inbox.put(frame);
    },
    error: (failure: unknown) => {
      over();
      stop();
      inbox.fail(clientFailure(failure, url));
    },
    complete: () => {
      stop();
      inbox.end();
    },
  });
  return stop;
}
