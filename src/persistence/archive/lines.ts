const newline = 0x0a;

/** A row is a few thousand bytes; what is much longer is no archive, and is not collected to find out. */
const longestLine = 16 * 1024 * 1024;

/**
 * The bytes of each line, its newline included. The last one lacks it where the bytes end without; nothing
 * comes after a line that does not end.
 */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      yield Buffer.concat([...pieces, rest.subarray(0, end + 1)]);
      rest = rest.subarray(end + 1);
      pieces = [];
      length = 0;
    }
    pieces.push(rest);
    length += rest.length;
    if (length <= longestLine) continue;
    yield Buffer.concat(pieces);
    return;
  }
  if (length > 0) yield Buffer.concat(pieces);
}
