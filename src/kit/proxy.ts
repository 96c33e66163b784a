import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { isIPv6 } from 'node:net';

import type { buildConnector } from 'undici';

import { MaestroError } from '../contracts/errors/maestro-error.js';

/** A proxy that HTTP goes through (RFC 9110, sections 3.7 and 9.3.6). */
export interface Proxy {
  readonly url: URL;
  /** What proves to it who asks: `proxy-authorization`, or nothing. Secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws MaestroError `configuration.invalid`, which does not show the address: it may hold a password */
export function proxyFrom(address: string, variable: string): Proxy {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new MaestroError('configuration.invalid', { problems: [`${variable} must be an address beginning with http:// or https://`] });
  }
  const { username, password } = url;
  if (username === '' && password === '') return { url, headers: {} };
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { url, headers: { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** Not every password in the world was written down percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Tells a failure of the proxy from one of the provider behind it. */
class ProxyError extends Error {
  override readonly name = 'ProxyError';

  constructor(
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(code, options);
  }
}

export function proxyRefusal(status: number): Error {
  return new ProxyError(`PROXY_REFUSED_${String(status)}`);
}

/** Connects to `https:` upstreams through the proxy's `CONNECT`; the TLS inside is the upstream's own. */
export function tunnelConnector(proxy: Proxy, timeoutMs: number, secured: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const host = isIPv6(options.hostname) ? `[${options.hostname}]` : options.hostname;
    tunnel(proxy, `${host}:${options.port === '' ? '443' : options.port}`, timeoutMs).then(
      (httpSocket) => {
        secured({ ...options, httpSocket }, callback);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new ProxyError('PROXY_FAILED'), null);
      },
    );
  };
}

function tunnel({ url, headers }: Proxy, target: string, timeoutMs: number): Promise<Socket> {
  const { hostname, port, protocol } = url;
  const send = protocol === 'https:' ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      method: 'CONNECT',
      host: hostname.replace(/^\[|\]$/g, ''),
      ...(port !== '' && { port }),
      path: target,
      headers: { host: target, connection: 'keep-alive', ...headers },
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.once('connect', ({ statusCode = 0 }, socket: Socket) => {
      if (statusCode >= 200 && statusCode < 300) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(proxyRefusal(statusCode));
    });
    request.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new ProxyError(cause.name === 'AbortError' ? 'PROXY_TIMEOUT' : `PROXY_${cause.code ?? 'FAILED'}`, { cause }));
    });
    request.end();
  });
}
