import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { problemFromError } from '../../src/contracts/errors/problem.js';
import { MaestroClient } from '../../src/index.js';
import type { Asked, Way } from './way.js';
import { readAll, readSome } from './way.js';

/** Over messages, with the client that applications use. */
export function rpcWay(name: string, url: string, adminKey: string): Way {
  const clients = new Map<string, MaestroClient>();
  const clientOf = (key: string): MaestroClient => {
    const client = clients.get(key) ?? new MaestroClient({ url, key });
    clients.set(key, client);
    return client;
  };
  return {
    name,
    async ask({ operation, data, key = adminKey }) {
      try {
        return { answer: await answered(clientOf(key), { operation, data }) };
      } catch (error) {
        return { problem: problemFromError(MaestroError.from(error)) };
      }
    },
    async close() {
      for (const client of clients.values()) await client.close();
    },
  };
}

/** As every way is asked: a provider that cannot serve is not asked again. */
const once = { retries: 0 };

async function answered(client: MaestroClient, { operation, data }: Asked): Promise<unknown> {
  // What a step says is for the gateway to check; some of it is wrong on purpose.
  const said = data as never;
  if (operation === 'chat.stream') return readAll(async () => client.streamChat(said, once));
  if (operation === 'chat.left') return readSome(async () => client.streamChat(said, once));
  return client.call(operation, said, operation === 'chat.complete' ? once : {});
}
