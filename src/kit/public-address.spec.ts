import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

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
});
