import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { DialectSupport } from '../contracts/manifest.js';
import type { HttpRequest, OutgoingHeaders, ProviderClient } from '../contracts/provider-client.js';
import type { WireHeaders, WireRequest, WireResponse } from '../contracts/wire-request.js';
import { authorised } from './authorised.js';
import { plainAnswer, plainRequested } from './plain-answer.js';
import { headerOf } from './retry-after.js';
import { userAgent } from './user-agent.js';

export interface ForwardOptions {
  readonly provider: string;
  /** What the provider's manifest lists. */
  readonly dialects: readonly DialectSupport[];
  /** Headers that the wire needs where the client sent none; names in lower case. */
  readonly defaultHeaders?: Readonly<Record<string, string>>;
}

/** Of one connection only (RFC 9110, section 7.6.1), or ours to set. `accept-encoding` too: whoever taps the answer reads it plain. */
const connectionHeaders = [
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
];

/** What the client proves to us with; it must not reach a provider. */
const credentialHeaders = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'x-goog-api-key', 'api-key'];
const credentialParameters = ['key', 'access_token', 'api_key'];

/** Tell of the client's machine and network, or are between client and gateway: its place in a trace, too. */
const privatePrefixes = ['x-forwarded-', 'x-maestro-', 'x-stainless-', 'sec-', 'cf-'];
const privateHeaders = ['forwarded', 'origin', 'referer', 'via', 'x-real-ip', 'traceparent', 'tracestate', 'baggage', 'b3'];

const dropped = new Set([...connectionHeaders, ...credentialHeaders, ...privateHeaders]);

/** A cookie is for the provider's origin, which the client never sees. */
const droppedOfAnswers = new Set([...connectionHeaders, 'set-cookie']);

const none: ReadonlySet<string> = new Set();

/**
 * Passes a request on in the provider's own wire: the body as it is, to the session's address, with the session's credential
 * and none of the client's. The answer comes back untouched, whatever its status.
 *
 * @throws MaestroError `operation.unsupported` where the manifest does not list (dialect, operation), `request.invalid` for a
 * path that leaves the base, and transport errors
 */
export async function forwardWire(client: ProviderClient, request: WireRequest, options: ForwardOptions): Promise<WireResponse> {
  refuseUnlisted(request, options);
  const headers: OutgoingHeaders = {
    ...options.defaultHeaders,
    ...forwardable(request.headers),
    ...plainRequested,
    'user-agent': userAgent,
  };
  await authorised(client, headers, request.signal);
  const response = await client.http.request({
    method: methodOf(request),
    url: addressOf(client.baseUrl, request.path),
    headers,
    ...(request.body !== undefined && { body: request.body }),
    signal: request.signal,
  });
  const plain = plainAnswer(response, options.provider);
  return { ...plain, headers: withoutConnectionHeaders(plain.headers) };
}

function refuseUnlisted({ dialect, operation }: WireRequest, { provider, dialects }: ForwardOptions): void {
  const isListed = dialects.some((support) => support.dialect === dialect && support.operations.includes(operation));
  if (!isListed) throw new MaestroError('operation.unsupported', { provider, operation: `${operation} in ${dialect}` });
}

const methods: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] satisfies readonly HttpRequest['method'][];

function isMethod(text: string): text is HttpRequest['method'] {
  return methods.includes(text);
}

function methodOf({ method }: WireRequest): HttpRequest['method'] {
  if (isMethod(method)) return method;
  throw new MaestroError('request.invalid', { problems: [`method ${method.slice(0, 20)} is not passed on`] });
}

/** Below the base and nowhere else: dots in a path must not lead the credential to another part of the host. */
function addressOf(baseUrl: string, path: string): string {
  const base = new URL(baseUrl);
  const address = new URL(`${baseUrl}${path}`);
  const root = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  if (!path.startsWith('/') || address.origin !== base.origin || !address.pathname.startsWith(root)) {
    throw new MaestroError('request.invalid', { problems: ['the path leaves the base address of the provider'] });
  }
  if (address.search !== '') withoutCredentials(address.searchParams);
  return address.href;
}

function withoutCredentials(parameters: URLSearchParams): void {
  for (const name of credentialParameters) {
    // Asked first: taking away what is not there would still write the whole query anew.
    if (parameters.has(name)) parameters.delete(name);
  }
}

function forwardable(headers: WireHeaders): OutgoingHeaders {
  const named = connectionNames(headers);
  const kept: OutgoingHeaders = {};
  for (const name of Object.keys(headers)) {
    if (dropped.has(name) || named.has(name) || privatePrefixes.some((prefix) => name.startsWith(prefix))) continue;
    const value = headers[name];
    if (value !== undefined) kept[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return kept;
}

function withoutConnectionHeaders(headers: WireHeaders): WireHeaders {
  const named = connectionNames(headers);
  const kept: Record<string, WireHeaders[string]> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined && !droppedOfAnswers.has(name) && !named.has(name)) kept[name] = value;
  }
  return kept;
}

/** Headers that a `Connection` header names belong to that connection as well. */
function connectionNames(headers: WireHeaders): ReadonlySet<string> {
  const given = headerOf(headers, 'connection');
  if (given === undefined || given === 'keep-alive') return none;
  const names = given.split(',');
  return new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''));
}
