import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import type { ServerSentEvent } from '../contracts/wire-request.js';
import type { SseDecoder } from './sse-decoder.js';
import { sseDecoder } from './sse-decoder.js';

/** What a network read gave: a failure comes after the events that stood before it, wherever the reads were cut. */
export interface DecodedRead {
  readonly events: readonly StreamEvent[];
  readonly failure?: { readonly error: unknown };
}

const nothing: DecodedRead = { events: [] };

/** Reads the body of a streamed answer, up to the end of the message or the first failure; what follows says nothing. */
export class WireReader<State extends StreamState> {
  isOver = false;
  private state: State | undefined;
  private strayLength = 0;

  constructor(
    private readonly decoder: StreamDecoder<State>,
    private readonly provider: string,
    private readonly framing: SseDecoder = sseDecoder(),
  ) {}

  push(bytes: Uint8Array): DecodedRead {
    return this.isOver ? nothing : this.read(() => this.framing.push(bytes));
  }

  /** The body is over. */
  end(): DecodedRead {
    if (this.isOver) return nothing;
    const { events, failure } = this.read(() => wholeEvents(this.framing.end()));
    if (failure !== undefined) return { events, failure };
    try {
      return { events: [...events, ...this.decoder.end(this.state)] };
    } catch (error) {
      return { events, failure: { error } };
    } finally {
      this.isOver = true;
    }
  }

  private read(framed: () => readonly ServerSentEvent[]): DecodedRead {
    const events: StreamEvent[] = [];
    try {
      for (const wireEvent of this.within(framed)) {
        const step = this.decoder.decode(wireEvent, this.state);
        this.state = step.state;
        for (const event of step.events) events.push(event);
      }
      const { strayText } = this.framing;
      if (strayText.length > this.strayLength) this.decoder.stray?.(strayText);
      this.strayLength = strayText.length;
      this.isOver = isEnded(events);
      return { events };
    } catch (error) {
      this.isOver = true;
      return isEnded(events) ? { events } : { events, failure: { error } };
    }
  }

  private within(framed: () => readonly ServerSentEvent[]): readonly ServerSentEvent[] {
    try {
      return framed();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new MaestroError('upstream.malformed', { provider: this.provider, problem: error.message }, { cause: error });
    }
  }
}

function isEnded(events: readonly StreamEvent[]): boolean {
  return events.at(-1)?.type === 'message-end';
}

/** An event that the end of the body cut in two is no event: what is missing then is the terminal marker. */
function wholeEvents(events: readonly ServerSentEvent[]): readonly ServerSentEvent[] {
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
