import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import type { Flowing } from '../contracts/flowing.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { OutgoingHeaders, ProviderClient } from '../contracts/provider-client.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import type { WireHeaders, WireResponse } from '../contracts/wire-request.js';
import { authorised } from './authorised.js';
import { DecodedStream } from './decode-stream.js';
import { plainAnswer, plainRequested } from './plain-answer.js';
import { isRecord, jsonFrom, readText } from './read-body.js';
import { headerOf } from './retry-after.js';
import { userAgent } from './user-agent.js';

/** What a provider's refusal means; a dialect's `errors.ts`. */
export type FailureReader = (provider: string, status: number, headers: WireHeaders, bodyText: string) => MaestroError;

/** One call of a provider in its own wire. */
export interface WireCall {
  readonly provider: string;
  readonly client: ProviderClient;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Path and query below the client's `baseUrl`, starting with `/`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  readonly signal: AbortSignal;
  readonly failureOf: FailureReader;
}

export interface JsonAnswer {
  readonly value: unknown;
  readonly headers: WireHeaders;
}

/** Bytes of a refusal that are read; what follows is no part of an error object. */
const maxErrorBytes = 256 * 1024;
const maxJsonBytes = 64 * 1024 * 1024;

/**
 * Opens a streamed answer. Resolves with the first read of it decoded, so that a provider that refuses with a 200 and an
 * error as its first event rejects here. Leaving the iteration early ends the request.
 *
 * @throws MaestroError what `failureOf` reads from a refusal, `upstream.wrong-content-type`, and transport errors
 */
export async function openStream<State extends StreamState>(
  call: WireCall,
  decoder: StreamDecoder<State>,
): Promise<Flowing<StreamEvent, readonly StreamEvent[]>> {
  const response = await accepted(call, 'text/event-stream');
  await refuseOtherThanEventStream(call, response);
  const stream = new DecodedStream(response.body, decoder, call.provider);
  const { events, failure } = await stream.opened();
  // Some write that they began and in the same breath that they cannot: nothing of that is worth handing on.
  if (failure === undefined || !events.every(isPrelude)) return stream;
  await stream.leave();
  throw failure.error;
}

function isPrelude({ type }: StreamEvent): boolean {
  return type === 'message-start' || type === 'usage' || type === 'provider-event';
}

/** @throws MaestroError what `failureOf` reads from a refusal, `upstream.wrong-content-type`, `upstream.malformed`, and transport errors */
export async function requestJson(call: WireCall): Promise<JsonAnswer> {
  const response = await accepted(call, 'application/json');
  const text = await readText(response.body, maxJsonBytes);
  const value = jsonFrom(text);
  if (value !== undefined) return { value, headers: response.headers };
  const contentType = contentTypeOf(response);
  if (contentType !== undefined && !isJson(contentType)) throw wrongContentType(call, contentType);
  throw new MaestroError('upstream.malformed', { provider: call.provider, problem: 'the body is no JSON' });
}

async function accepted(call: WireCall, accept: string): Promise<WireResponse> {
  const response = await send(call, accept);
  if (response.status < 300) return response;
  throw call.failureOf(call.provider, response.status, response.headers, await refusalText(response));
}

/** The status says enough to go on with: a refusal whose body breaks off is still that refusal. */
async function refusalText(response: WireResponse): Promise<string> {
  try {
    return await readText(response.body, maxErrorBytes);
  } catch (error) {
    if (MaestroError.is(error) && error.category === 'cancelled') throw error;
    return '';
  }
}

async function send(call: WireCall, accept: string): Promise<WireResponse> {
  const headers: OutgoingHeaders = { accept, ...plainRequested, 'user-agent': userAgent, ...call.headers };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  await authorised(call.client, headers, call.signal);
  const response = await call.client.http.request({
    method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
    url: `${call.client.baseUrl}${call.path}`,
    headers,
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    signal: call.signal,
  });
  return plainAnswer(response, call.provider);
}

/** Some gateways answer a stream's request with 200 and a plain JSON error, others with a page of their own. */
async function refuseOtherThanEventStream(call: WireCall, response: WireResponse): Promise<void> {
  const contentType = contentTypeOf(response);
  if (contentType === undefined || contentType.startsWith('text/event-stream')) return;
  const text = await readText(response.body, maxErrorBytes);
  if (reportsFailure(jsonFrom(text))) throw call.failureOf(call.provider, response.status, response.headers, text);
  throw wrongContentType(call, contentType);
}

function wrongContentType(call: WireCall, contentType: string): MaestroError {
  return new MaestroError('upstream.wrong-content-type', { provider: call.provider, contentType });
}

function reportsFailure(body: unknown): boolean {
  const report: unknown = Array.isArray(body) ? body[0] : body;
  return isRecord(report) && report['error'] !== undefined && report['error'] !== null;
}

function contentTypeOf(response: WireResponse): string | undefined {
  return headerOf(response.headers, 'content-type')?.toLowerCase();
}

function isJson(contentType: string): boolean {
  return /[/+]json\b/.test(contentType);
}
