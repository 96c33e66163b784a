import { Buffer } from 'node:buffer';

import { replayed } from './replayed-body.js';

/** Pieces of 64 KiB; tells how many were asked for. */
function bodyOf(count: number): { readonly body: AsyncIterable<Uint8Array>; readonly read: () => number } {
  let read = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < count; at += 1) {
      read += 1;
      yield Buffer.alloc(64 * 1024, String(at % 10));
    }
  }
  return { body: pieces(), read: () => read };
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a body that is looked at before it is handed on', () => {
  it('is read to its end where it is short, and handed on as it was', async () => {
    const { body } = bodyOf(2);
    const looked = await replayed(body);

    expect(looked.text).toBe('0'.repeat(64 * 1024) + '1'.repeat(64 * 1024));
    expect((await whole(looked.body)).toString()).toBe(looked.text);
  });

  it('is read no further than a quarter of a mebibyte where it is long, and lost nothing of', async () => {
    const { body, read } = bodyOf(9);
    const looked = await replayed(body);

    expect(looked.text).toHaveLength(256 * 1024);
    expect(read()).toBe(4);
    expect((await whole(looked.body)).equals(await whole(bodyOf(9).body))).toBe(true);
  });

  it('is left at its source as well when its reader leaves', async () => {
    let isLeft = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(128 * 1024);
      } finally {
        isLeft = true;
      }
    }
    const { body } = await replayed(endless());
    let count = 0;
    for await (const _piece of body) {
      count += 1;
      if (count === 3) break;
    }

    expect(isLeft).toBe(true);
  });

  it('that breaks while it is looked at fails as it broke', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a');
      throw new Error('reset');
    }

    await expect(replayed(broken())).rejects.toThrow('reset');
  });
});
