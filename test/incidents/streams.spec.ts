import { decodedBatches } from '../../src/kit/decode-stream.js';
import { doors } from '../../src/transports/http/doors/doors.js';
import { readEndless } from '../fuzz/endless.js';
import { chatWire } from '../recordings/wires.js';

const [kibi, mebi] = [1024, 1024 * 1024];

describe('what went wrong with the streams of others', () => {
  it.each(doors.map((door) => [door.dialect, door] as const))(
    'teamclaude#341: whoever reads along with %s keeps little of an event without an end',
    (_dialect, door) => {
      const tap = door.tapFor('acme', 'text/event-stream', 'milestones');
      const piece = Buffer.from('x'.repeat(64 * kibi));
      const before = process.memoryUsage.rss();
      let most = 0;
      tap?.read(Buffer.from('data: '));
      for (let read = 0; read < 256 * mebi; read += piece.length) {
        expect(tap?.read(piece)).toEqual([]);
        if (read % (8 * mebi) === 0) most = Math.max(most, process.memoryUsage.rss() - before);
      }

      expect(tap?.end().events).toEqual([]);
      // A limit of 32 Mi characters, and what the engine has not given back; the stream has 256 MiB.
      expect(most).toBeLessThan(192 * mebi);
    },
  );

  it('pi#9036: events with carriage returns are told as they come, in whatever pieces', async () => {
    const { decoder } = chatWire;
    const event = (text: string): string =>
      `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: text } }] })}\r\n\r\n`;
    let asked = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      for (const byte of Buffer.from(event('first'))) yield Buffer.of(byte);
      for (;;) {
        asked += 1;
        yield Buffer.from(event('more'));
      }
    }
    const batches = decodedBatches(body(), decoder('acme'), 'acme');

    expect(JSON.stringify((await batches.next()).value)).toContain('first');
    expect(asked).toBe(0);
    expect(JSON.stringify((await batches.next()).value)).toContain('more');
    expect(asked).toBe(1);
    await batches.return(undefined);
  });

  it.each([
    ['a line', 'x'.repeat(64 * kibi)],
    ['lines', 'data: x\n'.repeat(8 * kibi)],
  ])('a2a-js#582: an event without an end is an error that can be caught, and its connection is closed: %s', async (_what, piece) => {
    let isClosed = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('data: ');
        for (;;) yield Buffer.from(piece);
      } finally {
        isClosed = true;
      }
    }
    const batches = decodedBatches(body(), chatWire.decoder('acme'), 'acme');

    await expect(batches.next()).rejects.toMatchObject({ code: 'upstream.malformed' });
    expect(isClosed).toBe(true);
  });

  it('ANOLISA#2209: lines count, and not only what stands in them', async () => {
    const run = await readEndless('', 'data:\n', 200_000);

    expect(run.code).toBe('upstream.malformed');
    expect(run.bytes).toBeLessThan(mebi);
  });
});
