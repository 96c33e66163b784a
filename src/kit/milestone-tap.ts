import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { isContent } from '../contracts/milestones.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import type { WireTap } from './wire-tap.js';
import { streamTap } from './wire-tap.js';

/** Bytes of one event beyond which an answer is read whole: it is framed in a way that is not looked for here. */
const mostHeld = 256 * 1024;

const nothing: readonly StreamEvent[] = [];

/**
 * Reads along with a streamed answer no further than to tell its milestones. An answer is decoded until its content has begun; from
 * there on whole events pass unread as long as none of them holds a landmark, and from the first one that does, all are decoded
 * again. A landmark is a name that stands, in JSON, in every event of the wire that may say how the answer goes, or that it failed;
 * inside a text of the model it stands escaped. The last events that passed unread are decoded at the end: wires repeat their usage.
 */
export function milestoneTap<State extends StreamState>(decoder: StreamDecoder<State>, landmark: RegExp): WireTap {
  const whole = streamTap(decoder);
  let phase: 'beginning' | 'skimming' | 'whole' = 'beginning';
  /** Of an event that is not complete. */
  let held: Buffer[] = [];
  let heldLength = 0;
  /** What passed unread last, each byte a character. */
  let unread = '';
  const hold = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    // Copied: the memory of a network read must not stay for a piece of an event.
    held.push(Buffer.from(bytes));
    heldLength += bytes.length;
  };
  const release = (): Buffer => {
    const bytes = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
    held = [];
    heldLength = 0;
    return bytes;
  };
  const readWhole = (bytes: Uint8Array): readonly StreamEvent[] => {
    phase = 'whole';
    const before = heldLength === 0 ? nothing : whole.read(release());
    return [...before, ...whole.read(bytes)];
  };
  const begin = (bytes: Buffer, end: number): readonly StreamEvent[] => {
    const before = heldLength === 0 ? nothing : whole.read(release());
    const events = [...before, ...whole.read(bytes.subarray(0, end))];
    hold(bytes.subarray(end));
    if (events.some(isContent)) phase = 'skimming';
    return events;
  };
  const skim = (bytes: Buffer, end: number): readonly StreamEvent[] => {
    const text = (heldLength === 0 ? '' : release().toString('latin1')) + bytes.toString('latin1', 0, end);
    if (landmark.test(text)) {
      phase = 'whole';
      // What was said before a failure may be the last count of it.
      const near = Buffer.from(unread + text, 'latin1');
      unread = '';
      return [...whole.read(near), ...whole.read(bytes.subarray(end))];
    }
    unread = text;
    hold(bytes.subarray(end));
    return nothing;
  };
  const rest = (): readonly StreamEvent[] => {
    const last = unread === '' ? nothing : whole.read(Buffer.from(unread, 'latin1'));
    unread = '';
    return heldLength === 0 ? last : [...last, ...whole.read(release())];
  };
  return {
    read(given) {
      if (phase === 'whole') return whole.read(given);
      const bytes = Buffer.isBuffer(given) ? given : Buffer.from(given.buffer, given.byteOffset, given.byteLength);
      const end = endOfEvents(bytes);
      if (end > 0) return phase === 'beginning' ? begin(bytes, end) : skim(bytes, end);
      if (heldLength + bytes.length > mostHeld) return readWhole(bytes);
      hold(bytes);
      return nothing;
    },
    end() {
      const events = rest();
      const verdict = whole.end();
      return { ...verdict, events: [...events, ...verdict.events] };
    },
    leave: rest,
  };
}

/** Behind the last blank line. One that is cut in two by a read is found with the next one. */
function endOfEvents(bytes: Buffer): number {
  const plain = bytes.lastIndexOf('\n\n');
  const crlf = bytes.lastIndexOf('\r\n\r\n');
  return Math.max(plain === -1 ? 0 : plain + 2, crlf === -1 ? 0 : crlf + 4);
}
