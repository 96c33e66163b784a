import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';

import type { Dispatcher } from 'undici';
import { Agent, buildConnector } from 'undici';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import { noProxyFrom } from './no-proxy.js';
import type { Proxy } from './proxy.js';
import { proxyFrom, proxyRefusal, tunnelConnector } from './proxy.js';
import type { Resolver } from './public-address.js';
import { addressNotPublic, isPublicAddress, publicLookup } from './public-address.js';

export interface HttpClientOptions {
  /** For `https:` upstreams; see `noProxy`. It may hold a name and a password. */
  readonly httpsProxy?: string;
  /** For `http:` upstreams. */
  readonly httpProxy?: string;
  /** Hosts that are reached directly, separated by commas; see `noProxyFrom`. */
  readonly noProxy?: string;
  /** Milliseconds; default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Open connections to one origin; default 1,024. */
  readonly connectionsPerOrigin?: number;
  /** Connect to public addresses only. Behind a proxy, where a name leads is the proxy's to decide. */
  readonly isPublicOnly?: boolean;
  /** How names become addresses where only public ones may be connected to; default: as the system does. */
  readonly resolver?: Resolver;
  /** Authorities that are trusted beside the usual ones, in PEM; for a process of one's own, `NODE_EXTRA_CA_CERTS` does the same. */
  readonly authorities?: readonly string[];
}

/** How one request leaves. */
export interface WayOut {
  readonly dispatcher: Dispatcher;
  /** What is connected to. */
  readonly origin: string;
  readonly path: string;
  /** Beside the request's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Who is meant. */
  readonly upstream: string;
  /** Why an answer with this status is not the upstream's; absent: all are. */
  readonly refusal?: (status: number) => Error | undefined;
}

export interface WaysOut {
  to(url: URL): WayOut;
  close(): Promise<void>;
}

/** Directly, through a tunnel of the proxy, or, for plain HTTP, by asking the proxy. @throws MaestroError `configuration.invalid` */
export function waysOut(options: HttpClientOptions): WaysOut {
  const isPublicOnly = options.isPublicOnly === true;
  const timeout = options.connectTimeoutMs ?? 5_000;
  const pools = { connections: options.connectionsPerOrigin ?? 1_024, keepAliveTimeout: 30_000 };
  const tls = options.authorities === undefined ? {} : { ca: [...rootCertificates, ...options.authorities] };
  const direct = new Agent({ ...pools, connect: { timeout, ...tls, ...(isPublicOnly && { lookup: publicLookup(options.resolver) }) } });
  const secureProxy = given(options.httpsProxy) ? proxyFrom(options.httpsProxy, 'HTTPS_PROXY') : undefined;
  const plainProxy = given(options.httpProxy) ? proxyFrom(options.httpProxy, 'HTTP_PROXY') : undefined;
  const tunnels =
    secureProxy && new Agent({ ...pools, connect: tunnelConnector(secureProxy, timeout, buildConnector({ timeout, ...tls })) });
  const asked = plainProxy && new Agent({ ...pools, connect: { timeout } });
  const isDirect = noProxyFrom(options.noProxy ?? '');
  return {
    to(url) {
      if (isPublicOnly) refuseInner(url);
      const { origin, protocol } = url;
      const path = `${url.pathname}${url.search}`;
      const straight: WayOut = { dispatcher: direct, origin, path, upstream: origin };
      if (protocol === 'https:' && tunnels !== undefined && !isDirect(url)) return { ...straight, dispatcher: tunnels };
      if (protocol === 'http:' && asked !== undefined && plainProxy !== undefined && !isDirect(url)) {
        return { ...straight, ...throughProxy(plainProxy, url, path), dispatcher: asked };
      }
      return straight;
    },
    async close() {
      await Promise.all([direct.close(), tunnels?.close(), asked?.close()]);
    },
  };
}

/** Sockets look up names only: an address that stands in the URL itself is seen by no `lookup`. */
function refuseInner({ hostname, origin }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0 || isPublicAddress(host)) return;
  throw new MaestroError('upstream.unreachable', { origin, reason: addressNotPublic });
}

/** The absolute form of RFC 9112, section 3.2.2. */
function throughProxy({ url, headers }: Proxy, { origin, host }: URL, path: string): Omit<WayOut, 'dispatcher' | 'upstream'> {
  return { origin: url.origin, path: `${origin}${path}`, headers: { host, ...headers }, refusal: refusedByProxy };
}

/** 407 is a proxy's own word, and never an upstream's. */
function refusedByProxy(status: number): Error | undefined {
  return status === 407 ? proxyRefusal(status) : undefined;
}

function given(address: string | undefined): address is string {
  return address !== undefined && address !== '';
}
