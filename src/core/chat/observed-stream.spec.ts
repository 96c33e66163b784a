import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { Audience } from './audience.js';
import type { ObservedStreamParts } from './observed-stream.js';
import { observedStream } from './observed-stream.js';
import type { StreamObserver, StreamOutcome } from './stream-observer.port.js';

const start: StreamEvent = { type: 'message-start', model: 'm' };
const delta: StreamEvent = { type: 'text-delta', part: 0, text: 'a' };
const end: StreamEvent = { type: 'message-end', reason: 'stop' };

async function* given(...events: readonly (StreamEvent | Error)[]): AsyncGenerator<StreamEvent> {
  for (const event of events) {
    if (event instanceof Error) throw event;
    yield event;
  }
}

/** A stream whose reads wait until the request is aborted, as a socket's do. */
async function* waiting(signal: AbortSignal): AsyncGenerator<StreamEvent> {
  yield start;
  await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('the socket broke'));
    });
  });
}

function observe(
  source: (signal: AbortSignal) => AsyncIterable<StreamEvent>,
  { observers, ...special }: Partial<ObservedStreamParts> & { readonly observers?: readonly StreamObserver[] } = {},
) {
  const controller = new AbortController();
  const seen: string[] = [];
  const outcomes: StreamOutcome[] = [];
  const faults: unknown[] = [];
  let ends = 0;
  const stream = observedStream({
    streamId: 's1',
    provider: 'whole',
    source: source(controller.signal),
    audience: new Audience(observers ?? [{ event: ({ type }) => seen.push(type), end: (outcome) => outcomes.push(outcome) }], (error) =>
      faults.push(error),
    ),
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
    onEnd: () => {
      ends += 1;
    },
    ...special,
  });
  return { stream, seen, outcomes, faults, controller, ends: () => ends };
}

async function readAll(stream: AsyncIterable<StreamEvent>): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('an observed stream', () => {
  it('passes every event on as it is, with its id in the first', async () => {
    const { stream, seen, outcomes, ends } = observe(() => given(start, delta, end));

    await expect(readAll(stream)).resolves.toEqual([{ ...start, streamId: 's1' }, delta, end]);
    expect(seen).toEqual(['message-start', 'text-delta', 'message-end']);
    expect(outcomes).toEqual([{ kind: 'finished' }]);
    expect(ends()).toBe(1);
    await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
    await expect(stream.return?.()).resolves.toEqual({ done: true, value: undefined });
    expect(ends()).toBe(1);
  });

  it('tells a failure after the events before it, and ends the request', async () => {
    const failure = new MaestroError('upstream.overloaded', { provider: 'whole' });
    const { stream, seen, outcomes, controller } = observe(() => given(start, failure));

    await expect(readAll(stream)).rejects.toBe(failure);
    expect(seen).toEqual(['message-start']);
    expect(outcomes).toEqual([{ kind: 'failed', error: failure }]);
    expect(controller.signal.aborted).toBe(true);
  });

  it('takes a stream without its last event for cut off', async () => {
    const { stream, outcomes } = observe(() => given(start, delta));

    await expect(readAll(stream)).rejects.toMatchObject({ code: 'upstream.truncated', parameters: { provider: 'whole' } });
    expect(outcomes).toMatchObject([{ kind: 'failed' }]);
  });

  it('ends the request when the reader leaves, and asks the source no more', async () => {
    let isClosed = false;
    const { stream, outcomes, controller, ends } = observe(async function* () {
      try {
        yield start;
        yield delta;
      } finally {
        isClosed = true;
      }
    });
    for await (const _event of stream) break;

    expect(controller.signal.aborted).toBe(true);
    expect(isClosed).toBe(true);
    expect(outcomes).toEqual([{ kind: 'left' }]);
    expect(ends()).toBe(1);
    await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('ends the request at once when the reader leaves in the middle of a read', async () => {
    const { stream, controller } = observe(waiting);
    await stream.next();
    const pending = stream.next();

    await stream.return?.();

    expect(controller.signal.aborted).toBe(true);
    await expect(pending).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('counts a reader who leaves after the last event as one who read to the end', async () => {
    const { stream, outcomes } = observe(() => given(start, end));
    for await (const { type } of stream) if (type === 'message-end') break;

    expect(outcomes).toEqual([{ kind: 'finished' }]);
  });

  it('says that it was cancelled where the signal was aborted, or what the signal says', async () => {
    const cancelled = observe(waiting);
    await cancelled.stream.next();
    const pending = cancelled.stream.next();
    cancelled.controller.abort();
    await expect(pending).rejects.toMatchObject({
      code: 'request.cancelled',
      cause: expect.objectContaining({ message: 'the socket broke' }),
    });

    const stopped = observe(waiting);
    await stopped.stream.next();
    const last = stopped.stream.next();
    const reason = new MaestroError('gateway.shutting-down', {});
    stopped.controller.abort(reason);
    await expect(last).rejects.toBe(reason);
  });

  it('shows a failure that is no error of ours as it is', async () => {
    const bug = new TypeError('a bug');

    await expect(readAll(observe(() => given(start, bug)).stream)).rejects.toBe(bug);
  });

  it('goes on where an observer fails', async () => {
    const fault = new Error('observer');
    const failing = {
      event: () => {
        throw fault;
      },
    };
    const { stream, faults } = observe(() => given(start, end), { observers: [failing, {}] });

    await expect(readAll(stream)).resolves.toHaveLength(2);
    expect(faults).toEqual([fault, fault]);
  });
});
