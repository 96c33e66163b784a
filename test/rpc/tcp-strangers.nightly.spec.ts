import { MaestroClient } from '../../src/index.js';
import { startFloodedRpc } from '../support/flooded-rpc.js';
import { sendMalformed } from '../support/strangers.js';

describe('a door on TCP, for many strangers', () => {
  it('survives 10,000 connections with malformed messages, and logs none of them', async () => {
    const rpc = await startFloodedRpc(['tcp://127.0.0.1:0']);
    const [url = ''] = rpc.addresses;
    const client = new MaestroClient({ url, key: rpc.key });
    const before = rpc.log.lines.length;

    await sendMalformed(Number(new URL(url).port), 10_000);

    expect((await client.call('providers.list', {})).data).toHaveLength(1);
    expect(rpc.log.lines.length - before).toBeLessThan(10);
    await client.close();
    await rpc.close();
  }, 120_000);
});
