/** Bytes of a refusal that are looked at. */
const mostBytes = 256 * 1024;

/** The beginning of a body as text, and the body as it was, to be read from its first byte. */
export async function replayed(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly text: string; readonly body: AsyncIterable<Uint8Array> }> {
  const source = body[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  while (length < mostBytes && !isWhole) {
    const step = await source.next();
    if (step.done === true) isWhole = true;
    else {
      pieces.push(step.value);
      length += step.value.length;
    }
  }
  return { text: Buffer.concat(pieces).toString('utf8'), body: again(pieces, isWhole ? undefined : source) };
}

async function* again(pieces: readonly Uint8Array[], rest: AsyncIterator<Uint8Array> | undefined): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (rest !== undefined) yield* { [Symbol.asyncIterator]: () => rest };
}
