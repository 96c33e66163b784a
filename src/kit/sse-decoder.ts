import type { ServerSentEvent } from '../contracts/wire-request.js';
import { utf8Text } from './utf8-text.js';

export interface SseLimits {
  /** Characters of one event and of one line, field names and line ends included; default 32 Mi: images come as one line. */
  readonly maxEventLength?: number;
  /** Lines of one event that are no comment; default 128 Ki. */
  readonly maxEventLines?: number;
}

/** Reads a `text/event-stream` body piece by piece. Framing and byte cuts make no difference to what comes out. */
export interface SseDecoder {
  /** The events that this piece completes. @throws RangeError where one event grows over a limit */
  push(bytes: Uint8Array): readonly ServerSentEvent[];
  /**
   * The body ended: an event without its closing blank line, which the standard would drop and some providers send last.
   * It may be cut in the middle.
   */
  end(): readonly ServerSentEvent[];
  /** Lines that are no field of an event stream (a bare JSON error); the first 1,024 of them, and 64 Ki characters. */
  readonly strayText: string;
}

const maxStrayLength = 65_536;
const maxStrayLines = 1_024;

/** HTML Living Standard, section 9.2.6, in time that is linear in the bytes, and in memory that the limits bound. */
export function sseDecoder(limits: SseLimits = {}): SseDecoder {
  const text = utf8Text();
  const reader = new EventReader(limits.maxEventLength ?? 32 * 1024 * 1024, limits.maxEventLines ?? 128 * 1024);
  return {
    push(bytes) {
      reader.read(text.push(bytes));
      return reader.taken();
    },
    end() {
      reader.read(text.end());
      reader.end();
      return reader.taken();
    },
    get strayText() {
      return reader.strayText;
    },
  };
}

const lineFeed = 0x0a;
const colon = 0x3a;
const space = 0x20;

class EventReader {
  strayText = '';
  private strayLines = 0;
  private events: ServerSentEvent[] = [];
  /** A line so far: its pieces, the last ones each by itself, and how many characters they hold. */
  private pieces: string[] = [];
  private lastPieces: string[] = [];
  private pendingLength = 0;
  private isAfterCarriageReturn = false;
  private eventName: string | undefined;
  private data: string[] = [];
  private lineCount = 0;
  private length = 0;

  constructor(
    private readonly maxLength: number,
    private readonly maxLines: number,
  ) {}

  taken(): readonly ServerSentEvent[] {
    const batch = this.events;
    if (batch.length > 0) this.events = [];
    return batch;
  }

  /** Each search starts where the one before ended: with every kind of line end, no character is looked at twice. */
  read(text: string): void {
    if (text === '') return;
    let at = this.isAfterCarriageReturn && text.charCodeAt(0) === lineFeed ? 1 : 0;
    this.isAfterCarriageReturn = false;
    let nextReturn = text.indexOf('\r', at);
    let nextFeed = text.indexOf('\n', at);
    while (nextReturn !== -1 || nextFeed !== -1) {
      const isReturn = nextReturn !== -1 && (nextFeed === -1 || nextReturn < nextFeed);
      const end = isReturn ? nextReturn : nextFeed;
      this.endLine(text, at, end);
      at = end + 1;
      if (isReturn) {
        if (at === text.length) this.isAfterCarriageReturn = true;
        else if (nextFeed === at) at += 1;
        nextReturn = text.indexOf('\r', at);
      }
      if (nextFeed !== -1 && nextFeed < at) nextFeed = text.indexOf('\n', at);
    }
    if (at < text.length) this.hold(at === 0 ? text : text.slice(at));
  }

  end(): void {
    if (this.pendingLength > 0) this.endLine('', 0, 0);
    this.dispatch();
  }

  private hold(piece: string): void {
    this.pendingLength += piece.length;
    this.refuseOver(this.pendingLength, this.maxLength, 'is over the size limit');
    this.lastPieces.push(piece);
    // A great many tiny pieces would weigh far more than what they hold.
    if (this.lastPieces.length >= 1024) this.joinLastPieces();
  }

  private joinLastPieces(): void {
    this.pieces.push(this.lastPieces.join(''));
    this.lastPieces = [];
  }

  private endLine(text: string, start: number, end: number): void {
    if (this.pendingLength === 0) {
      this.line(text, start, end);
      return;
    }
    this.lastPieces.push(text.slice(start, end));
    this.joinLastPieces();
    const whole = this.pieces.join('');
    this.pieces = [];
    this.pendingLength = 0;
    this.line(whole, 0, whole.length);
  }

  private line(text: string, start: number, end: number): void {
    if (start === end) {
      this.dispatch();
      return;
    }
    if (text.charCodeAt(start) === colon) return;
    this.lineCount += 1;
    this.refuseOver(this.lineCount, this.maxLines, 'has too many lines');
    this.length += end - start + 1;
    this.refuseOver(this.length, this.maxLength, 'is over the size limit');
    if (text.startsWith('data:', start)) this.data.push(valueOf(text, start + 5, end));
    else if (text.startsWith('event:', start)) this.eventName = valueOf(text, start + 6, end);
    else this.otherLine(text.slice(start, end));
  }

  private otherLine(line: string): void {
    if (line === 'data') this.data.push('');
    else if (line === 'event') this.eventName = undefined;
    else if (!/^(?:id|retry)(?::|$)/.test(line)) this.stray(line);
  }

  private stray(line: string): void {
    if (this.strayLines >= maxStrayLines || this.strayText.length >= maxStrayLength) return;
    this.strayLines += 1;
    this.strayText = `${this.strayText}${line.slice(0, maxStrayLength)}\n`.slice(0, maxStrayLength);
  }

  private dispatch(): void {
    const { data, eventName } = this;
    if (data.length > 0) {
      const text = data.length === 1 ? (data[0] ?? '') : data.join('\n');
      this.events.push(eventName === undefined || eventName === '' ? { data: text } : { event: eventName, data: text });
      this.data = [];
    }
    this.eventName = undefined;
    this.lineCount = 0;
    this.length = 0;
  }

  private refuseOver(count: number, limit: number, problem: string): void {
    if (count > limit) throw new RangeError(`an event ${problem}`);
  }
}

/** One blank after the colon belongs to the framing. */
function valueOf(text: string, start: number, end: number): string {
  return text.slice(start < end && text.charCodeAt(start) === space ? start + 1 : start, end);
}
