import type { AuthorizationServer, Client, ClientAuth } from 'oauth4webapi';
import { allowInsecureRequests, ClientSecretBasic, ClientSecretPost, customFetch, genericTokenEndpointRequest, None } from 'oauth4webapi';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { OutgoingHeaders } from '../../contracts/provider-client.js';
import type { WireHeaders } from '../../contracts/wire-request.js';
import { userAgent } from '../user-agent.js';
import { answerText } from './answer-text.js';
import type { OAuthCall, OAuthFlow } from './oauth-flow.js';

/** What an endpoint answered, whatever it was. */
export interface EndpointAnswer {
  readonly status: number;
  readonly headers: WireHeaders;
  readonly text: string;
  /** When the answer was whole, by the local clock. */
  readonly receivedAt: Date;
  /** Milliseconds from sending to the whole answer, by a clock that nobody sets. */
  readonly roundTripMs: number;
}

interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One call of the token endpoint, never repeated here. @throws MaestroError transport errors, `upstream.malformed` */
export async function askTokenEndpoint(
  flow: OAuthFlow,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
  call: OAuthCall,
): Promise<EndpointAnswer> {
  if (flow.bodyFormat === 'json') {
    return askWithJson(flow, flow.tokenUrl, { grant_type: grantType, ...flow.extraTokenParameters, ...parameters }, call);
  }
  return asForm(flow, call, (options) =>
    genericTokenEndpointRequest(
      serverOf(flow),
      clientOf(flow),
      clientAuthOf(flow),
      grantType,
      { ...flow.extraTokenParameters, ...parameters },
      options,
    ),
  );
}

interface LibraryOptions {
  readonly signal: AbortSignal;
  readonly headers: Record<string, string>;
  readonly [allowInsecureRequests]: true;
  readonly [customFetch]: (url: string, init: { readonly headers: Record<string, string>; readonly body?: unknown }) => Promise<Response>;
}

/**
 * A request that the library builds and our own client sends. What comes back is kept aside: the library's reading of answers
 * is stricter than issuers are, and a rotated token that is refused for a missing field is a lost session.
 */
export async function asForm(
  flow: OAuthFlow,
  call: OAuthCall,
  request: (options: LibraryOptions) => Promise<unknown>,
): Promise<EndpointAnswer> {
  const kept: { answer?: EndpointAnswer } = {};
  await request({
    signal: call.signal,
    headers: { ...flow.tokenHeaders },
    // An issuer's address is the operator's word; inside a cluster it may well be plain http.
    [allowInsecureRequests]: true,
    [customFetch]: async (url, { headers, body }) => {
      kept.answer = await post(flow, { url, headers, body: String(body) }, call);
      return new Response(null);
    },
  });
  if (kept.answer === undefined) throw new Error('the library sent nothing');
  return kept.answer;
}

/** @throws MaestroError transport errors, `upstream.malformed` */
export async function askWithJson(
  flow: OAuthFlow,
  url: string,
  parameters: Readonly<Record<string, string>>,
  call: OAuthCall,
): Promise<EndpointAnswer> {
  const body = new URLSearchParams(parameters);
  const headers = new Headers({ accept: 'application/json', ...flow.tokenHeaders });
  await clientAuthOf(flow)(serverOf(flow), clientOf(flow), body, headers);
  headers.set('content-type', 'application/json');
  return post(flow, { url, headers: Object.fromEntries(headers.entries()), body: JSON.stringify(Object.fromEntries(body)) }, call);
}

async function post(flow: OAuthFlow, { url, headers, body }: Outgoing, call: OAuthCall): Promise<EndpointAnswer> {
  const { http, timeoutMs = 8_000 } = call;
  const before = performance.now();
  const { signal, clear } = deadline(new URL(url).origin, timeoutMs, call.signal);
  try {
    const named: OutgoingHeaders = { ...headers, 'user-agent': userAgent };
    const response = await http.request({ method: 'POST', url, headers: named, body, signal });
    const text = await answerText(response, flow.provider);
    return { status: response.status, headers: response.headers, text, receivedAt: new Date(), roundTripMs: performance.now() - before };
  } finally {
    clear();
  }
}

/** For the whole exchange: an issuer that sends a byte now and then would outlive the time between two pieces. */
function deadline(origin: string, timeoutMs: number, callers: AbortSignal): { readonly signal: AbortSignal; readonly clear: () => void } {
  const ended = new AbortController();
  const timer = setTimeout(() => {
    ended.abort(new MaestroError('upstream.timeout', { origin, phase: 'waiting for the answer' }));
  }, timeoutMs);
  return {
    signal: AbortSignal.any([callers, ended.signal]),
    clear: () => {
      clearTimeout(timer);
    },
  };
}

export function serverOf(flow: OAuthFlow): AuthorizationServer {
  return {
    issuer: flow.issuer ?? new URL(flow.tokenUrl).origin,
    token_endpoint: flow.tokenUrl,
    ...(flow.deviceUrl !== undefined && { device_authorization_endpoint: flow.deviceUrl }),
    ...(flow.revokeUrl !== undefined && { revocation_endpoint: flow.revokeUrl }),
  };
}

export function clientOf(flow: OAuthFlow): Client {
  // The library takes no empty one, and sends what `clientAuthOf` adds.
  return { client_id: flow.clientId === '' ? 'none' : flow.clientId };
}

export function clientAuthOf({ clientId, clientAuthentication, clientSecret }: OAuthFlow): ClientAuth {
  if (clientId === '') return () => undefined;
  if (clientAuthentication === 'none' || clientSecret === undefined) return None();
  return clientAuthentication === 'basic' ? ClientSecretBasic(clientSecret.reveal()) : ClientSecretPost(clientSecret.reveal());
}
