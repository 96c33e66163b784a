import type { Dispatcher } from 'undici';
import { EnvHttpProxyAgent, errors } from 'undici';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { HttpClient, HttpRequest } from '../contracts/provider-client.js';
import type { WireResponse } from '../contracts/wire-request.js';
import { publicLookup } from './public-address.js';

export interface HttpClientOptions {
  /** For `https:` upstreams; see `noProxy`. */
  readonly httpsProxy?: string;
  /** Hosts that are reached directly, comma-separated. */
  readonly noProxy?: string;
  /** Milliseconds; default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Open connections to one origin; default 256. */
  readonly connectionsPerOrigin?: number;
  /** Connect to public addresses only. Behind a proxy, where to go is the proxy's to decide. */
  readonly isPublicOnly?: boolean;
}

/** Connection pools, one for each origin, shared by all sessions; nothing of a session stays in them. */
export function httpClient(options: HttpClientOptions = {}): HttpClient {
  const agent = new EnvHttpProxyAgent({
    httpProxy: '',
    httpsProxy: options.httpsProxy ?? '',
    noProxy: options.noProxy ?? '',
    connect: { timeout: options.connectTimeoutMs ?? 5_000, ...(options.isPublicOnly === true && { lookup: publicLookup() }) },
    connections: options.connectionsPerOrigin ?? 256,
    keepAliveTimeout: 30_000,
  });
  return {
    request: (request) => send(agent, request),
    close: () => agent.close(),
  };
}

async function send(dispatcher: Dispatcher, request: HttpRequest): Promise<WireResponse> {
  const { origin, pathname, search } = new URL(request.url);
  try {
    const response = await dispatcher.request({
      origin,
      path: `${pathname}${search}`,
      method: request.method,
      headers: request.headers as Record<string, string | string[]>,
      body: request.body ?? null,
      signal: request.signal,
      headersTimeout: request.headersTimeoutMs ?? 60_000,
      bodyTimeout: request.idleTimeoutMs ?? 120_000,
    });
    return { status: response.statusCode, headers: definedHeaders(response.headers), body: guarded(response.body, origin, request.signal) };
  } catch (error) {
    throw errorFromTransport(error, origin, request.signal);
  }
}

async function* guarded(body: AsyncIterable<Uint8Array>, origin: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw errorFromTransport(error, origin, signal, 'body');
  }
}

function definedHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | readonly string[]> {
  const defined: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) defined[name] = value;
  return defined;
}

function errorFromTransport(error: unknown, origin: string, signal: AbortSignal, phase: 'head' | 'body' = 'head'): MaestroError {
  if (MaestroError.is(error)) return error;
  if (signal.aborted) {
    return MaestroError.is(signal.reason) ? signal.reason : new MaestroError('request.cancelled', {}, { cause: error });
  }
  if (error instanceof errors.ConnectTimeoutError)
    return new MaestroError('upstream.timeout', { origin, phase: 'connecting' }, { cause: error });
  if (error instanceof errors.HeadersTimeoutError)
    return new MaestroError('upstream.timeout', { origin, phase: 'waiting for the answer' }, { cause: error });
  if (error instanceof errors.BodyTimeoutError)
    return new MaestroError('upstream.timeout', { origin, phase: 'in the middle of the answer' }, { cause: error });
  // A request that was on its way may have been worked on: whoever retries must be able to tell that from no connection at all.
  if (phase === 'body' || error instanceof errors.SocketError || codeOf(error) === 'ECONNRESET')
    return new MaestroError('upstream.disconnected', { origin }, { cause: error });
  return new MaestroError('upstream.unreachable', { origin, reason: codeOf(error) }, { cause: error });
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'connection failed';
}
