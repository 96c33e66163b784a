import { setTimeout as pause } from 'node:timers/promises';

import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { MaestroClient } from '../../src/index.js';
import type { Broker } from '../support/brokers.js';
import { brokerKinds, describeWithBroker, startBroker } from '../support/brokers.js';
import { codeOf } from '../support/code-of.js';
import type { FloodedRpc } from '../support/flooded-rpc.js';
import { floodChat, startFloodedRpc } from '../support/flooded-rpc.js';
import { until } from '../support/until.js';

const times = { heartbeatMs: 100, silenceMs: 1_000, patienceMs: 1_000 };

for (const kind of brokerKinds) {
  describeWithBroker(kind, `messages over ${kind}`, () => {
    let broker: Broker;
    let rpc: FloodedRpc;
    let other: FloodedRpc;
    let client: MaestroClient;
    beforeAll(async () => {
      broker = await startBroker(kind);
      [rpc, other] = [await startFloodedRpc([broker.url], times), await startFloodedRpc([broker.url], times)];
      client = new MaestroClient({ url: broker.url, key: rpc.key, ...times });
    }, 120_000);
    afterAll(async () => {
      await client.close();
      await Promise.all([rpc.close(), other.close()]);
      await broker.close();
    });
    const floods = () => [...rpc.floods, ...other.floods];

    it('are answered once, whichever gateway takes them', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => client.call('callers.create', { name: `caller_${String(index)}` })),
      );
      // Each gateway of this test has a memory of its own, and which of them answers is the broker's choice.
      const made = new Map<string | undefined, number>();
      const isAllMade = async (): Promise<boolean> => {
        const lists = await Promise.all(Array.from({ length: 40 }, () => client.call('callers.list', { limit: 200 })));
        for (const { data } of lists) made.set(data[0]?.id, data.length);
        return [...made.values()].reduce((sum, count) => sum + count, 0) === 40;
      };

      expect(new Set(answers.map(({ id }) => id)).size).toBe(40);
      await until(isAllMade);
    });

    it('fail with the error that the gateway had', async () => {
      expect(await codeOf(client.call('sessions.get', { session: { provider: 'whole', authType: 'api_key', name: 'nothere' } }))).toBe(
        'session.not-found',
      );
    });

    it('stream in order, far beyond the window, and end at the provider when the reader leaves', async () => {
      const flood = floods().length;
      const events: StreamEvent[] = [];
      for await (const event of client.streamChat(floodChat(20))) {
        if (events.push(event) === 2_000) break;
      }
      expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['message-start', 'text-delta']);
      await until(() => floods().length > flood && floods().every(({ isOver }) => isOver));
    });

    it('wait for a reader that takes nothing, and end its answer when it stays like that', async () => {
      const before = new Set(floods());
      const stream = client.streamChat(floodChat(20))[Symbol.asyncIterator]();
      await stream.next();
      const [flood] = floods().filter((each) => !before.has(each));
      await until(() => flood?.isOver === true);
      expect(flood?.events).toBeLessThan(600);
      const rest = (async () => {
        for (;;) if ((await stream.next()).done === true) return;
      })();
      expect(await codeOf(rest)).toBe('stream.overflow');
    });

    it('end an answer whose reader vanished', async () => {
      const before = new Set(floods());
      const vanishing = new MaestroClient({ url: broker.url, key: rpc.key, heartbeatMs: 3_600_000 });
      const stream = vanishing.streamChat(floodChat(20))[Symbol.asyncIterator]();
      await stream.next();
      await vanishing.close();
      await until(() => floods().some((flood) => !before.has(flood) && flood.isOver));
      await stream.return?.(undefined);
      await pause(50);
      await vanishing.close();
    });

    it('cancel a stream wherever it runs, and nobody else’s', async () => {
      const before = new Set(floods());
      const requestId = 'the-one-to-cancel';
      const stream = client.streamChat(floodChat(20), { requestId })[Symbol.asyncIterator]();
      await stream.next();
      const { key } = await client.call('callers.create', { name: 'stranger' });
      const stranger = new MaestroClient({ url: broker.url, key });
      await codeOf(stranger.call('chat.cancel', { streamId: requestId }));
      await pause(100);
      expect(floods().filter((flood) => !before.has(flood) && flood.isOver)).toEqual([]);

      expect(await client.call('chat.cancel', { streamId: requestId })).toMatchObject({ streamId: requestId });
      await until(() => floods().some((flood) => !before.has(flood) && flood.isOver));
      await stranger.close();
      await stream.return?.(undefined);
    });

    it('refuse what is larger than a message', async () => {
      const size = kind === 'nats' ? 2 * 1024 * 1024 : 17 * 1024 * 1024;
      expect(await codeOf(client.completeChat(floodChat(size)))).toBe('answer.too-large');
    });
  });
}
