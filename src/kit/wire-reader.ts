import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import type { ErrorCode } from '../contracts/errors/catalogue.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import type { ServerSentEvent } from '../contracts/wire-request.js';
import type { SseDecoder } from './sse-decoder.js';
import { sseDecoder } from './sse-decoder.js';
import { wholeEvents } from './whole-events.js';

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
  /** Tool calls that began and did not end. */
  private openCalls = 0;

  constructor(
    private readonly decoder: StreamDecoder<State>,
    private readonly provider: string,
    private readonly framing: SseDecoder = sseDecoder(),
  ) {}

  push(bytes: Uint8Array): DecodedRead {
    return this.isOver ? nothing : this.read(() => this.framing.push(bytes));
  }

  /** The body broke off, unless the message was whole by then. */
  break(error: unknown): DecodedRead {
    return this.isOver ? nothing : this.failed([], error);
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
        for (const event of step.events) {
          if (event.type === 'tool-call-start') this.openCalls += 1;
          else if (event.type === 'tool-call-end') this.openCalls -= 1;
          events.push(event);
        }
      }
      const { strayText } = this.framing;
      if (strayText.length > this.strayLength) this.decoder.stray?.(strayText);
      this.strayLength = strayText.length;
      this.isOver = isEnded(events);
      return { events };
    } catch (error) {
      return this.failed(events, error);
    }
  }

  /** After a message that is whole, only what the provider reports is a failure; that the rest cannot be read is none. */
  private failed(events: readonly StreamEvent[], error: unknown): DecodedRead {
    this.isOver = true;
    if (isEnded(events)) return { events };
    const rest = isUnreadable(error) ? this.restOfWhole() : undefined;
    return rest === undefined ? { events, failure: { error } } : { events: [...events, ...rest] };
  }

  /** `undefined`: the message is not whole. Some vendors say that a choice finished, and then begin a call. */
  private restOfWhole(): readonly StreamEvent[] | undefined {
    if (this.state === undefined || this.openCalls > 0) return undefined;
    try {
      return this.decoder.end(this.state);
    } catch {
      return undefined;
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

const unreadable: ReadonlySet<string> = new Set<ErrorCode>(['upstream.malformed', 'upstream.disconnected', 'upstream.timeout']);

/** The provider did not say that it failed. */
function isUnreadable(error: unknown): boolean {
  return MaestroError.is(error) && unreadable.has(error.code);
}

function isEnded(events: readonly StreamEvent[]): boolean {
  return events.at(-1)?.type === 'message-end';
}
