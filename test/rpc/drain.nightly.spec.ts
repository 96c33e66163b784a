import { describeWithBroker } from '../support/brokers.js';
import { askedChats, chatOf, makeSession, sendLoad, workSessions } from '../support/shared-load.js';
import type { Twin, TwoGateways } from '../support/two-gateways.js';
import { startTwoGateways } from '../support/two-gateways.js';
import { until } from '../support/until.js';

describeWithBroker('nats', 'a gateway that is told to stop while it streams over NATS', () => {
  let gateways: TwoGateways;
  beforeAll(async () => {
    gateways = await startTwoGateways();
    for (const session of workSessions) await makeSession(gateways, session);
  }, 180_000);
  afterAll(async () => {
    await gateways.close();
  });

  it('ends what it began, begins no more, and leaves the rest to the other', async () => {
    const [leaving, staying] = gateways.twins;
    let leavingNow: Promise<readonly [string | undefined, number | null]> | undefined;
    const during = await sendLoad(gateways, {
      ...{ name: 'during', calls: 320, workers: 8 },
      onEnd: (ended) => {
        if (ended >= 100) leavingNow ??= stopWhileItStreams(gateways, leaving);
      },
    });
    const [lastEvent, exitCode] = (await leavingNow) ?? [];
    const asked = askedChats(gateways, leaving).length;
    const after = await sendLoad(gateways, { name: 'after', calls: 40, workers: 8 });
    const refused = during.filter(({ failure }) => failure !== undefined);
    process.stdout.write(`\ndrain: ${String(during.length)} calls while one of two stops, refused: ${JSON.stringify(refused)}\n`);

    expect([lastEvent, exitCode]).toEqual(['message-end', 0]);
    // What was on its way to it when it left may be asked again; nothing is lost without a word.
    expect(refused.filter(({ failure }) => failure !== 'gateway.shutting-down')).toEqual([]);
    expect(after.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(askedChats(gateways, leaving)).toHaveLength(asked);
    expect(askedChats(gateways, staying).filter(({ id }) => id.startsWith('after'))).toHaveLength(20);
  }, 60_000);
});

/** @returns the last event of a stream that the gateway carried, and how its process ended */
async function stopWhileItStreams(gateways: TwoGateways, leaving: Twin): Promise<readonly [string | undefined, number | null]> {
  for (let tries = 0; ; tries += 1) {
    const id = `running_${String(tries)}`;
    const stream = gateways.client.streamChat(chatOf(gateways, id, workSessions[0]), { requestId: id })[Symbol.asyncIterator]();
    await stream.next();
    const isThere = askedChats(gateways, leaving).some((asked) => asked.id === id);
    const stopped = isThere ? leaving.stop() : undefined;
    if (isThere) await until(() => leaving.log.some(({ msg }) => String(msg).startsWith('stopping')));
    let last: string | undefined;
    for (let next = await stream.next(); next.done !== true; next = await stream.next()) last = next.value.type;
    if (stopped !== undefined) return [last, await stopped];
  }
}
