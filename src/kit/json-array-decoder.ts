import type { ServerSentEvent } from '../contracts/wire-request.js';
import type { SseDecoder, SseLimits } from './sse-decoder.js';

const openBrace = 0x7b;
const closeBrace = 0x7d;
const quote = 0x22;
const backslash = 0x5c;

/**
 * Reads a body that is one JSON array of objects, piece by piece: each object is an event as soon as its last brace is there.
 * An object outside any array (a bare error) is an event too.
 */
export function jsonArrayDecoder({ maxEventLength = 8 * 1024 * 1024 }: SseLimits = {}): SseDecoder {
  const text = new TextDecoder();
  let pending = '';
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  /** Looks at each character once; `pending` holds nothing but an object that has begun. */
  const scan = (piece: string): readonly ServerSentEvent[] => {
    const events: ServerSentEvent[] = [];
    let start = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const character = piece.charCodeAt(at);
      if (isEscaped) isEscaped = false;
      else if (isInString) {
        if (character === backslash) isEscaped = true;
        else if (character === quote) isInString = false;
      } else if (character === openBrace) {
        if (depth === 0) start = at;
        depth += 1;
      } else if (depth > 0 && character === quote) isInString = true;
      else if (depth > 0 && character === closeBrace) {
        depth -= 1;
        if (depth === 0) {
          events.push({ data: pending + piece.slice(start, at + 1) });
          pending = '';
        }
      }
    }
    if (depth > 0) pending += piece.slice(start);
    if (pending.length > maxEventLength) throw new RangeError('an event is over the size limit');
    return events;
  };
  return {
    push: (bytes) => scan(text.decode(bytes, { stream: true })),
    end: () => scan(text.decode()),
    strayText: '',
  };
}
