/** Bytes of a refusal that are looked at. */
const mostBytes = 256 * 1024;

export interface Replayed {
  readonly text: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** Instead of reading the body: what is left of it is not waited for. */
  readonly leave: () => Promise<void>;
}

/** The beginning of a body as text, and the body as it was, to be read from its first byte. */
export async function replayed(body: AsyncIterable<Uint8Array>): Promise<Replayed> {
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
  const rest = isWhole ? undefined : source;
  return {
    text: Buffer.concat(pieces).toString('utf8'),
    body: again(pieces, rest),
    async leave() {
      await rest?.return?.();
    },
  };
}

async function* again(pieces: readonly Uint8Array[], rest: AsyncIterator<Uint8Array> | undefined): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (rest !== undefined) yield* { [Symbol.asyncIterator]: () => rest };
}
