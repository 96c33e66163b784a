import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { WireRequest } from '../../contracts/wire-request.js';
import { anthropicMessages } from '../../dialects/anthropic-messages/wire.js';
import type { MessagesRequest } from '../../dialects/anthropic-messages/wire.js';
import { dialect as generateContent } from '../../dialects/gemini-generate-content/wire.js';
import { openAiChat } from '../../dialects/openai-chat/wire.js';
import type { MessagesAddress } from '../../families/anthropic-messages/vendor.js';
import { memberOf, memberRange, withOtherMember } from '../../kit/json-member.js';
import { providerId } from './vertex.client.js';
import type { ModelAddress, PublisherWire } from './vertex.model-address.js';
import { modelAddress } from './vertex.model-address.js';

/** What this vendor has in place of the version in a header. */
const messagesVersion = 'vertex-2023-10-16';

/** Path and body of a Messages request here: the model stands in the path, and the version in its place. */
export function messagesAddress(place: string, { path }: ModelAddress, { model: _model, ...body }: MessagesRequest): MessagesAddress {
  return { path: `${place}${path}:streamRawPredict`, body: { anthropic_version: messagesVersion, ...body } };
}

export function chatPath(place: string): string {
  return `${place}/endpoints/openapi/chat/completions`;
}

/**
 * A client's request as this vendor wants it, its body but for the model as it came.
 *
 * @throws MaestroError `operation.unsupported` where the model's publisher does not speak the wire here
 */
export function forwarded(request: WireRequest, place: string): WireRequest {
  switch (request.dialect) {
    case generateContent:
      return asContent(request, place);
    case anthropicMessages:
      return asMessages(request, place);
    case openAiChat:
      return asChat(request, place);
    default:
      return request;
  }
}

/** `/v1beta/models/{model}:{method}?…`, or as clients of this vendor have it, in whatever project they name. */
function asContent(request: WireRequest, place: string): WireRequest {
  const [, name = '', method = ''] =
    /^(?:\/v\d\w*)?(?:\/projects\/[^/]+\/locations\/[^/]+)?\/(.+):(\w+(?:\?.*)?)$/.exec(request.path) ?? [];
  const { path } = addressSpeaking('generate-content', decodeURIComponent(name), request);
  return { ...request, path: `${place}${path}:${method}` };
}

function asMessages(request: WireRequest, place: string): WireRequest {
  const { body, name } = namedIn(request);
  const address = addressSpeaking('messages', name, request);
  if (place === '') throw unsupported(request, name);
  // Tokens are counted at an address of their own, by a body that names the model.
  if (request.operation === 'count-tokens') {
    return { ...request, path: `${place}/publishers/${address.publisher}/models/count-tokens:rawPredict` };
  }
  const method = memberOf(body, 'stream') === true ? 'streamRawPredict' : 'rawPredict';
  const range = memberRange(body, 'model');
  const versioned = range === undefined ? body : withOtherMember(body, range, 'anthropic_version', messagesVersion);
  return { ...request, path: `${place}${address.path}:${method}`, body: versioned };
}

function asChat(request: WireRequest, place: string): WireRequest {
  const { name } = namedIn(request);
  addressSpeaking('chat', name, request);
  if (place === '') throw unsupported(request, name);
  return { ...request, path: chatPath(place) };
}

function namedIn({ body = new Uint8Array() }: WireRequest): { readonly body: Uint8Array; readonly name: string } {
  const model = memberOf(body, 'model');
  return { body, name: typeof model === 'string' ? model : '' };
}

function addressSpeaking(wire: PublisherWire, name: string, request: WireRequest): ModelAddress {
  const address = modelAddress(name);
  if (address.wire === wire) return address;
  throw unsupported(request, name);
}

function unsupported({ dialect, operation }: WireRequest, model: string): MaestroError {
  return new MaestroError('operation.unsupported', { provider: providerId, operation: `${operation} in ${dialect} with ${model}` });
}
