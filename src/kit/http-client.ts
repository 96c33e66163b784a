import { errors } from 'undici';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { HttpClient, HttpRequest } from '../contracts/provider-client.js';
import type { WireResponse } from '../contracts/wire-request.js';
import type { HttpClientOptions, WayOut } from './ways-out.js';
import { UpstreamExchange } from './upstream-exchange.js';
import { waysOut } from './ways-out.js';

export type { HttpClientOptions } from './ways-out.js';

/** Addresses of which is remembered how a request leaves. */
const mostRemembered = 500;
const longestRemembered = 500;

/**
 * Connection pools, one for each origin, shared by all sessions; nothing of a session stays in them.
 *
 * @throws MaestroError `configuration.invalid` for a proxy's address that is none
 */
export function httpClient(options: HttpClientOptions = {}): HttpClient {
  const ways = waysOut(options);
  const known = new Map<string, WayOut>();
  /** Chat goes to few addresses, again and again. What is refused is not remembered: it throws. */
  const wayTo = (url: string): WayOut => {
    const way = known.get(url) ?? ways.to(new URL(url));
    if (url.length > longestRemembered) return way;
    if (known.size >= mostRemembered) known.clear();
    known.set(url, way);
    return way;
  };
  return {
    request: async (request) => send(wayTo(request.url), request),
    close: () => ways.close(),
  };
}

function send({ dispatcher, origin, path, headers, upstream, refusal }: WayOut, request: HttpRequest): Promise<WireResponse> {
  const { method, signal, body = null } = request;
  const failureOf = (error: unknown, phase: 'head' | 'body'): MaestroError => errorFromTransport(error, upstream, signal, phase);
  if (signal.aborted) return Promise.reject(failureOf(signal.reason, 'head'));
  return new Promise((resolve, reject) => {
    const exchange = new UpstreamExchange({ signal, refusal, failureOf, onHead: resolve, onRefused: reject });
    dispatcher.dispatch(
      {
        origin,
        path,
        method,
        headers: (headers === undefined ? request.headers : { ...request.headers, ...headers }) as Record<string, string | string[]>,
        body,
        headersTimeout: request.headersTimeoutMs ?? 60_000,
        bodyTimeout: request.idleTimeoutMs ?? 120_000,
      },
      exchange,
    );
  });
}

function errorFromTransport(error: unknown, origin: string, signal: AbortSignal, phase: 'head' | 'body'): MaestroError {
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
  // What answered had the request: a second one might be worked on, too.
  const problem = headProblem(error);
  if (problem !== undefined) return new MaestroError('upstream.malformed', { provider: origin, problem }, { cause: error });
  // A request that was on its way may have been worked on: whoever retries must be able to tell that from no connection at all.
  if (phase === 'body' || error instanceof errors.SocketError || codeOf(error) === 'ECONNRESET')
    return new MaestroError('upstream.disconnected', { origin }, { cause: error });
  return new MaestroError('upstream.unreachable', { origin, reason: codeOf(error) }, { cause: error });
}

/** Why what was answered is no answer of HTTP. */
function headProblem(error: unknown): string | undefined {
  // Of a connection that ends too early the parser tells as well; then it was nothing that it could not read.
  if (error instanceof errors.HTTPParserError && 'data' in error && error.data !== '') return 'what it says is no HTTP';
  return error instanceof errors.HeadersOverflowError ? 'the head of its answer is too long' : undefined;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'connection failed';
}
