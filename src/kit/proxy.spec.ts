import { readFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';

import type { ConnectProxy, ProxyConduct } from '../../test/support/connect-proxy.js';
import { startConnectProxy } from '../../test/support/connect-proxy.js';
import type { HttpClient } from '../contracts/provider-client.js';
import type { HttpClientOptions } from './http-client.js';
import { httpClient } from './http-client.js';
import { readText } from './read-body.js';

const pem = (name: string): Buffer => readFileSync(resolve('test/support/tls', name));

describe('a proxy on the way out', () => {
  const closers: (() => unknown)[] = [];
  const authorities = [pem('upstream.test.crt').toString()];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function listening(server: Server): Promise<number> {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  /** Answers with what it was asked for, over TLS. */
  function secureUpstream(): Promise<number> {
    const options = { key: pem('upstream.test.key'), cert: pem('upstream.test.crt') };
    return listening(
      createSecureServer(options, (request, response) => response.end(`${String(request.headers.host)} ${String(request.url)}`)),
    );
  }

  async function proxied(conduct: ProxyConduct = {}): Promise<ConnectProxy> {
    const proxy = await startConnectProxy(conduct);
    closers.push(() => proxy.close());
    return proxy;
  }

  function clientWith(options: HttpClientOptions): HttpClient {
    const http = httpClient(options);
    closers.push(() => http.close());
    return http;
  }

  const get = async (http: HttpClient, url: string): Promise<string> => {
    const response = await http.request({ method: 'GET', url, headers: { 'x-key': 'k' }, signal: new AbortController().signal });
    return `${String(response.status)} ${await readText(response.body, 1_000)}`;
  };

  it('sees the name of an https upstream and its own credentials, and nothing of the request', async () => {
    const port = await secureUpstream();
    const proxy = await proxied();
    const http = clientWith({ httpsProxy: proxy.url.replace('//', '//us%40er:pa%3Ass@'), authorities });

    await expect(get(http, `https://upstream.test:${String(port)}/v1/chat?a=1`)).resolves.toBe(
      `200 upstream.test:${String(port)} /v1/chat?a=1`,
    );
    expect(proxy.heads).toHaveLength(1);
    expect(proxy.heads[0]).toContain(`CONNECT upstream.test:${String(port)} HTTP/1.1\r\n`);
    expect(proxy.heads[0]?.toLowerCase()).toContain(
      `proxy-authorization: basic ${Buffer.from('us@er:pa:ss').toString('base64').toLowerCase()}`,
    );
    expect(proxy.heads[0]).not.toContain('x-key');
  });

  it('opens no more tunnels to one upstream than there may be connections', async () => {
    const port = await secureUpstream();
    const proxy = await proxied();
    const http = clientWith({ httpsProxy: proxy.url, connectionsPerOrigin: 2, authorities });

    await Promise.all(Array.from({ length: 12 }, (_, index) => get(http, `https://upstream.test:${String(port)}/${String(index)}`)));

    expect(proxy.heads).toHaveLength(2);
  });

  it('cannot pose as the upstream: its certificate is checked inside the tunnel', async () => {
    const port = await secureUpstream();
    const proxy = await proxied();

    await expect(get(clientWith({ httpsProxy: proxy.url }), `https://upstream.test:${String(port)}/`)).rejects.toMatchObject({
      code: 'upstream.unreachable',
      parameters: { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  it('is passed by on the way to hosts that are excepted', async () => {
    const port = await secureUpstream();
    const proxy = await proxied();

    await get(clientWith({ httpsProxy: proxy.url, noProxy: '127.0.0.1', authorities }), `https://127.0.0.1:${String(port)}/`);

    expect(proxy.heads).toEqual([]);
  });

  it('is asked itself for http upstreams, and not for a tunnel', async () => {
    const seen: string[] = [];
    const proxyServer = createServer((request, response) => {
      seen.push(
        `${String(request.method)} ${String(request.url)} ${String(request.headers.host)} ${String(request.headers['proxy-authorization'])}`,
      );
      response.end('by proxy');
    });
    const port = await listening(proxyServer);

    const http = clientWith({ httpProxy: `http://me:pw@127.0.0.1:${String(port)}`, httpsProxy: 'http://127.0.0.1:1' });

    await expect(get(http, 'http://upstream.test:8080/v1/models?a=1')).resolves.toBe('200 by proxy');
    expect(seen).toEqual([
      `GET http://upstream.test:8080/v1/models?a=1 upstream.test:8080 Basic ${Buffer.from('me:pw').toString('base64')}`,
    ]);
  });

  it('for https upstreams is none for http ones', async () => {
    const port = await listening(createServer((_request, response) => response.end('direct')));

    await expect(get(clientWith({ httpsProxy: 'http://127.0.0.1:1' }), `http://127.0.0.1:${String(port)}/`)).resolves.toBe('200 direct');
  });

  it.each([
    ['refuses who asks', 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n', 'PROXY_REFUSED_407'],
    ['cannot reach the upstream', 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\nno\n', 'PROXY_REFUSED_502'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH_9\r\n', 'PROXY_HPE_INVALID_CONSTANT'],
  ])('that %s is named', async (_what, answer, reason) => {
    const proxy = await proxied({ answer: () => answer });

    await expect(get(clientWith({ httpsProxy: proxy.url }), 'https://upstream.test/')).rejects.toMatchObject({
      code: 'upstream.unreachable',
      parameters: { origin: 'https://upstream.test', reason },
    });
  });

  it('that asks for another login of a plain request is not taken for the upstream', async () => {
    const port = await listening(createServer((_request, response) => response.writeHead(407).end('who are you')));

    await expect(get(clientWith({ httpProxy: `http://127.0.0.1:${String(port)}` }), 'http://upstream.test/')).rejects.toMatchObject({
      code: 'upstream.unreachable',
      parameters: { reason: 'PROXY_REFUSED_407' },
    });
  });

  it('that never answers is given up', async () => {
    const proxy = await proxied({ answer: () => '' });

    await expect(get(clientWith({ httpsProxy: proxy.url, connectTimeoutMs: 30 }), 'https://upstream.test/')).rejects.toMatchObject({
      code: 'upstream.unreachable',
      parameters: { reason: 'PROXY_TIMEOUT' },
    });
  });

  it('that is not there is told from an upstream that is not there', async () => {
    await expect(get(clientWith({ httpsProxy: 'http://127.0.0.1:1' }), 'https://upstream.test/')).rejects.toMatchObject({
      code: 'upstream.unreachable',
      parameters: { reason: 'PROXY_ECONNREFUSED' },
    });
  });

  it.each(['socks5://u:hunter2@proxy', 'no address'])('must have an address of HTTP, not %j, and a refusal shows none', (httpsProxy) => {
    expect(() => httpClient({ httpsProxy })).toThrow(/^HTTPS_PROXY must be an address beginning with http:\/\/ or https:\/\/$/);
  });
});
