import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { HttpClient } from '../../src/contracts/provider-client.js';
import type { RunningSimulator } from '../../src/contracts/simulator.js';
import type { CoreOptions } from '../../src/core/core-options.js';
import { coreOptions } from '../../src/core/core-options.js';
import type { MaestroOptions } from '../../src/maestro.module.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import { anApiKey } from '../support/a-session.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';

describe('the way out for sessions with an address of their own', () => {
  async function statusAtInnerName(options: Partial<MaestroOptions>): Promise<number> {
    const server = createServer((_request, response) => response.end('inner'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { application, close } = await startMaestro(options);
    try {
      return await get(application.get<CoreOptions>(coreOptions, { strict: false }).ownAddressHttp, `http://localhost:${String(port)}/`);
    } finally {
      await close();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it('leads to public addresses only', async () => {
    await expect(statusAtInnerName({})).rejects.toMatchObject({ message: expect.stringContaining('ADDRESS_NOT_PUBLIC') });
  });

  it('leads anywhere where the operator allows it', async () => {
    await expect(statusAtInnerName({ allowPrivateUpstreams: true })).resolves.toBe(200);
  });
});

describe('a Maestro that is closed', () => {
  let simulator: RunningSimulator;
  let running: RunningMaestro;

  beforeEach(async () => {
    const folder = join(process.cwd(), 'test/extension/fixtures/new');
    const [acme] = await loadSimulators(folder);
    if (acme === undefined) throw new Error('the simulator was not found');
    simulator = await acme.start();
    running = await startMaestro({ providersFolders: [folder], settings: () => simulator.baseUrl });
    await running.maestro.createSession('acme', 'api_key', { name: 'work', credentials: anApiKey() });
  });

  afterEach(() => simulator.close());

  it('ends the streams that still run, and says why', async () => {
    const stream = await running.maestro.streamChat('acme', 'work', [{ role: 'user', content: 'Hi' }], { model: 'sim-slow' });
    const reading = (async () => {
      for await (const _event of stream);
    })();
    const outcome = expect(reading).rejects.toMatchObject({ code: 'gateway.shutting-down' });

    await running.close();

    await outcome;
  });

  it('makes no more requests', async () => {
    const { http } = running.registry.resolve('acme', 'api-key').createClient(anApiKey(), {});
    await expect(get(http, `${simulator.baseUrl}/models`)).resolves.toBe(200);

    await running.close();

    await expect(get(http, `${simulator.baseUrl}/models`)).rejects.toMatchObject({ code: 'upstream.unreachable' });
  });
});

async function get(http: HttpClient, url: string): Promise<number> {
  const { status, body } = await http.request({ method: 'GET', url, headers: {}, signal: new AbortController().signal });
  for await (const _piece of body);
  return status;
}
