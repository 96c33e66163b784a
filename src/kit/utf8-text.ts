/** Text of UTF-8 bytes that come in pieces, wherever they are cut. Bytes that are no UTF-8 become U+FFFD; a leading mark is taken off. */
export interface Utf8Text {
  push(bytes: Uint8Array): string;
  /** The body ended: what was held back for a character that never became whole. */
  end(): string;
}

const byteOrderMark = 0xfeff;

/** Several times as fast as a streaming TextDecoder, which Node implements outside of V8. */
export function utf8Text(): Utf8Text {
  let held: Uint8Array | undefined;
  let isFirst = true;
  const textOf = (bytes: Buffer, end: number): string => {
    const text = bytes.toString('utf8', 0, end);
    if (!isFirst || text === '') return text;
    isFirst = false;
    return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
  };
  return {
    push(piece) {
      const bytes = held === undefined ? viewOf(piece) : Buffer.concat([held, piece]);
      const end = bytes.length - cutCharacterLength(bytes);
      // Copied: the memory of a network read must not stay for three bytes of it.
      held = end === bytes.length ? undefined : Uint8Array.from(bytes.subarray(end));
      return textOf(bytes, end);
    },
    end() {
      const bytes = viewOf(held ?? new Uint8Array());
      held = undefined;
      return textOf(bytes, bytes.length);
    },
  };
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** How many bytes at the end begin a character that is longer than they are: 0 to 3. */
function cutCharacterLength(bytes: Uint8Array): number {
  for (let length = 1; length <= 3 && length <= bytes.length; length += 1) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return length < characterLength(byte) ? length : 0;
  }
  return 0;
}

function characterLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
