import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import { startCanaryListener } from '../../test/support/canary-listener.js';
import type { AddressInfo } from 'node:net';

import type { HttpClient } from '../contracts/provider-client.js';
import { httpClient } from './http-client.js';
import { isPublicAddress, publicLookup } from './public-address.js';

describe('a public address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s is one',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '2001::1',
    '2001:db8::1',
    '2002:a00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    'example.com',
    '',
  ])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

/** What a request fails with, in words. */
async function failureAt(client: HttpClient, url: string): Promise<string> {
  try {
    const { status } = await client.request({ method: 'GET', url, headers: {}, signal: new AbortController().signal });
    return `${url} answered ${String(status)}`;
  } catch (error) {
    return String(error);
  }
}

describe('a look-up of public addresses', () => {
  const one = { address: '8.8.8.8', family: 4 };
  const inner = { address: '10.0.0.1', family: 4 };

  function lookUp(
    all: LookupAddress[],
    failure: NodeJS.ErrnoException | null,
    options: { readonly all?: boolean },
  ): Promise<readonly unknown[]> {
    return new Promise((resolve) => {
      publicLookup((_host, _options, answer) => {
        answer(failure, all);
      })('host', options, (error, address, family) => {
        resolve([error?.code, address, family]);
      });
    });
  }

  it('gives one address or all, as it is asked', async () => {
    await expect(lookUp([one], null, {})).resolves.toEqual([undefined, '8.8.8.8', 4]);
    await expect(lookUp([one], null, { all: true })).resolves.toEqual([undefined, [one], undefined]);
  });

  it('refuses a name that has one inner address among public ones', async () => {
    await expect(lookUp([one, inner], null, { all: true })).resolves.toEqual(['ADDRESS_NOT_PUBLIC', '', undefined]);
  });

  it('refuses a name without addresses, and passes on why a look-up failed', async () => {
    await expect(lookUp([], null, {})).resolves.toEqual(['ADDRESS_NOT_PUBLIC', '', undefined]);
    await expect(lookUp([], Object.assign(new Error('no'), { code: 'ENOTFOUND' }), {})).resolves.toEqual(['ENOTFOUND', '', undefined]);
  });

  it('keeps an HTTP client from a server that only an inner name leads to', async () => {
    const server = createServer((_request, response) => response.end('inner'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const request = {
      method: 'GET',
      url: `http://localhost:${String(port)}/`,
      headers: {},
      signal: new AbortController().signal,
    } as const;
    const [guarded, plain] = [httpClient({ isPublicOnly: true }), httpClient()];

    await expect(guarded.request(request)).rejects.toMatchObject({
      code: 'upstream.unreachable',
      message: expect.stringContaining('ADDRESS_NOT_PUBLIC'),
    });
    const { status, body } = await plain.request(request);
    expect(status).toBe(200);
    for await (const _piece of body);

    await Promise.all([guarded.close(), plain.close()]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is not got round by an address in the URL itself, nor by a proxy in between', async () => {
    const canary = await startCanaryListener();
    const proxy = `http://127.0.0.1:${String(canary.port)}`;
    const clients = [httpClient({ isPublicOnly: true }), httpClient({ isPublicOnly: true, httpProxy: proxy, httpsProxy: proxy })];
    const hosts = ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '[::]', '0.0.0.0'];
    const asked = clients.flatMap((client) =>
      hosts.flatMap((host) => ['http', 'https'].map((scheme) => [client, `${scheme}://${host}:${String(canary.port)}/`] as const)),
    );
    const outcomes = await Promise.all(asked.map(([client, url]) => failureAt(client, url)));

    expect(outcomes.filter((outcome) => !outcome.includes('ADDRESS_NOT_PUBLIC'))).toEqual([]);
    expect(canary.connections()).toBe(0);
    await Promise.all(clients.map((client) => client.close()));
    await canary.close();
  });

  it('asks once a connection: a name that changes its mind in between leads nowhere', async () => {
    const canary = await startCanaryListener();
    const answers = [[inner], [one, inner], [{ address: '127.0.0.1', family: 4 }], [{ address: '::1', family: 6 }]];
    let asked = 0;
    const client = httpClient({
      isPublicOnly: true,
      connectTimeoutMs: 200,
      resolver: (_host, _options, answer) => {
        const found = answers[asked % answers.length] ?? [];
        asked += 1;
        answer(null, found);
      },
    });
    const outcomes: string[] = [];
    for (let at = 0; at < 8; at += 1) outcomes.push(await failureAt(client, `http://rebound.vendor.com:${String(canary.port)}/`));

    expect(outcomes.filter((outcome) => !outcome.includes('ADDRESS_NOT_PUBLIC'))).toEqual([]);
    expect(asked).toBe(8);
    expect(canary.connections()).toBe(0);
    await client.close();
    await canary.close();
  });

  it('is not needed for a redirect: none is followed', async () => {
    const canary = await startCanaryListener();
    const server = createServer((request, response) => {
      const location = `http://127.0.0.1:${String(canary.port)}${request.url ?? ''}`;
      response.writeHead(Number(request.url?.slice(1)), { location }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = httpClient();
    const statuses: number[] = [];
    for (const status of [301, 302, 303, 307, 308]) {
      const { signal } = new AbortController();
      const answer = await client.request({
        method: 'POST',
        url: `http://127.0.0.1:${String(port)}/${String(status)}`,
        headers: {},
        signal,
      });
      for await (const _piece of answer.body);
      statuses.push(answer.status);
    }

    expect(statuses).toEqual([301, 302, 303, 307, 308]);
    expect(canary.connections()).toBe(0);
    await client.close();
    await new Promise((resolve) => server.close(resolve));
    await canary.close();
  });
});
