import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { HttpClient } from '../../contracts/provider-client.js';
import type { WireResponse } from '../../contracts/wire-request.js';
import type { ConverseRequest } from '../../dialects/bedrock-converse/wire.js';
import { isRecord } from '../../kit/read-body.js';
import type { BedrockClient } from './bedrock.client.js';
import { providerId } from './bedrock.credentials.js';
import type { BedrockSdk } from './bedrock.sdk.js';
import { bedrockSdk, handlerOver, noCredentials, Refused, runtimeOf } from './bedrock.sdk.js';

/**
 * A way out whose every answer is this conversation's, as an event stream that the rest of Maestro reads like any other: the
 * vendor's package signs the request and takes its binary frames apart.
 */
export function converseOver(client: BedrockClient, input: ConverseRequest, sdk: () => Promise<BedrockSdk> = bedrockSdk): HttpClient {
  return {
    request: async ({ signal }) => answered(client, input, { signal, sdk: await sdk() }),
    close: () => Promise.resolve(),
  };
}

async function answered(
  client: BedrockClient,
  input: ConverseRequest,
  { signal, sdk }: { readonly signal: AbortSignal; readonly sdk: BedrockSdk },
): Promise<WireResponse> {
  const left = new AbortController();
  const ended = AbortSignal.any([signal, left.signal]);
  const runtime = runtimeOf(sdk, client, handlerOver(client.http, ended));
  try {
    const command = new sdk.ConverseStreamCommand(input as never);
    const output = await runtime.send(command as never, { abortSignal: ended });
    const stream = isRecord(output) ? output['stream'] : undefined;
    if (!isEvents(stream)) throw new MaestroError('upstream.malformed', { provider: providerId, problem: 'the answer is no stream' });
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: eventTexts(stream, left) };
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw failureFrom(error, signal);
  }
}

function isEvents(value: unknown): value is AsyncIterable<object> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Leaving it ends the request, whatever the vendor's package makes of that. */
async function* eventTexts(stream: AsyncIterable<object>, left: AbortController): AsyncGenerator<Uint8Array> {
  try {
    for await (const event of stream) for (const [name, payload] of Object.entries(event)) yield eventText(name, payload);
  } catch (error) {
    if (!isException(error)) throw failureFrom(error, left.signal);
    yield eventText(error.name, { message: error.message });
  } finally {
    left.abort();
  }
}

function isException(error: unknown): error is Error {
  return error instanceof Error && !MaestroError.is(error) && error.name.endsWith('Exception');
}

/** What the package does not know it gives as a pair of name and payload. */
function eventText(name: string, payload: unknown): Uint8Array {
  if (name === '$unknown' && Array.isArray(payload)) return eventText(String(payload[0]), payload[1]);
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(payload ?? {}, bytesAsText)}\n\n`);
}

function bytesAsText(this: unknown, key: string, value: unknown): unknown {
  const held: unknown = isRecord(this) ? this[key] : value;
  return held instanceof Uint8Array ? Buffer.from(held).toString('base64') : value;
}

function failureFrom(error: unknown, signal: AbortSignal): MaestroError {
  if (MaestroError.is(error)) return error;
  if (signal.aborted) return MaestroError.is(signal.reason) ? signal.reason : new MaestroError('request.cancelled', {}, { cause: error });
  const name = error instanceof Error ? error.name : '';
  if (name === 'CredentialsProviderError') return noCredentials(error);
  if (error instanceof Error && /truncated/i.test(error.message))
    return new MaestroError('upstream.truncated', { provider: providerId }, { cause: error });
  const problem = 'a frame of the stream cannot be read';
  return new MaestroError('upstream.malformed', { provider: providerId, problem }, { cause: error });
}
