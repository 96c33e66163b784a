import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import type { Flow, Flowing, Sink } from '../contracts/flowing.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import { flowFrom } from './flow.js';
import type { SseDecoder } from './sse-decoder.js';
import type { DecodedRead } from './wire-reader.js';
import { WireReader } from './wire-reader.js';

/** A body's events: pulled one by one, or let flow, all of a network read at once. */
export class DecodedStream<State extends StreamState = StreamState>
  implements Flowing<StreamEvent, readonly StreamEvent[]>, Flow, Sink<Uint8Array>
{
  private readonly reader: WireReader<State>;
  private readonly pieces: AsyncIterator<Uint8Array>;
  /** Decoded, and not handed on from this place on. */
  private held: readonly StreamEvent[] = [];
  private at = 0;
  /** Comes after what is held. */
  private failure: DecodedRead['failure'];
  private isOver = false;
  private sink: Sink<readonly StreamEvent[]> | undefined;
  private upstream: Flow | undefined;

  constructor(
    private readonly body: Flowing<Uint8Array>,
    decoder: StreamDecoder<State>,
    provider: string,
    framing?: SseDecoder,
  ) {
    this.reader = new WireReader(decoder, provider, framing);
    this.pieces = body[Symbol.asyncIterator]();
  }

  /** Waits for the first read that says anything, and keeps it: whoever reads gets it first. */
  async opened(): Promise<DecodedRead> {
    await this.fill();
    return { events: this.held, ...(this.failure !== undefined && { failure: this.failure }) };
  }

  async leave(): Promise<void> {
    this.isOver = true;
    this.held = [];
    await this.pieces.return?.();
  }

  /** All of a read that was not handed on yet, else of the next one; `undefined` at the end. @throws what broke the answer off */
  async nextBatch(): Promise<readonly StreamEvent[] | undefined> {
    await this.fill();
    const batch = this.held.slice(this.at);
    this.at = this.held.length;
    if (batch.length > 0) return batch;
    this.throwFailure();
    return undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, undefined> {
    return {
      next: async () => {
        if (this.at === this.held.length) await this.fill();
        const event = this.held[this.at];
        this.at += 1;
        if (event !== undefined) return { done: false, value: event };
        this.throwFailure();
        return { done: true, value: undefined };
      },
      // Not waited for by the source: a connection is down at once, even while a read is under way.
      return: async () => {
        await this.leave();
        return { done: true, value: undefined };
      },
    };
  }

  flow(sink: Sink<readonly StreamEvent[]>): Flow {
    this.sink = sink;
    const rest = this.held.slice(this.at);
    this.held = [];
    if (rest.length > 0) sink.take(rest);
    if (this.isOver) {
      sink.end(this.failure);
      return this;
    }
    this.upstream = flowFrom(this.body, this, this.pieces);
    this.stopIfOver();
    return this;
  }

  resume(): void {
    this.upstream?.resume();
  }

  stop(): void {
    this.isOver = true;
    this.upstream?.stop();
  }

  take(bytes: Uint8Array): boolean {
    const { events, failure } = this.reader.push(bytes);
    const hasRoom = events.length === 0 || this.sink?.take(events) === true;
    if (failure === undefined) return hasRoom;
    this.over(failure);
    this.upstream?.stop();
    return false;
  }

  end(broken?: { readonly error: unknown }): void {
    const { events, failure } = this.lastRead(broken);
    if (events.length > 0) this.sink?.take(events);
    this.over(failure);
  }

  /** What was held back may have held the end. */
  private stopIfOver(): void {
    if (this.isOver) this.upstream?.stop();
  }

  private over(failure: DecodedRead['failure']): void {
    if (this.isOver) return;
    this.isOver = true;
    this.sink?.end(failure);
  }

  /** Once. */
  private throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  private lastRead(broken: DecodedRead['failure']): DecodedRead {
    return broken === undefined ? this.reader.end() : this.reader.break(broken.error);
  }

  /** Reads until there is something to hand on, or nothing any more. */
  private async fill(): Promise<void> {
    while (this.at === this.held.length && !this.isOver) {
      const { events, failure } = await this.readOnce();
      this.held = events;
      this.at = 0;
      if (failure === undefined) continue;
      this.failure = failure;
      this.isOver = true;
      await this.pieces.return?.();
    }
  }

  private async readOnce(): Promise<DecodedRead> {
    try {
      const step = await this.pieces.next();
      if (step.done !== true) return this.reader.push(step.value);
      this.isOver = true;
      return this.reader.end();
    } catch (error) {
      this.isOver = true;
      return this.lastRead({ error });
    }
  }
}

/** A stream's events, a network read at a time. */
export async function* decodedBatches<State extends StreamState>(
  body: AsyncIterable<Uint8Array>,
  decoder: StreamDecoder<State>,
  provider: string,
  framing?: SseDecoder,
): AsyncGenerator<readonly StreamEvent[]> {
  const stream = new DecodedStream(body, decoder, provider, framing);
  try {
    for (let batch = await stream.nextBatch(); batch !== undefined; batch = await stream.nextBatch()) yield batch;
  } finally {
    await stream.leave();
  }
}

/** A stream's events, one at a time. */
export function decodeStream<State extends StreamState>(
  body: AsyncIterable<Uint8Array>,
  decoder: StreamDecoder<State>,
  provider: string,
): AsyncIterable<StreamEvent> {
  return new DecodedStream(body, decoder, provider);
}
