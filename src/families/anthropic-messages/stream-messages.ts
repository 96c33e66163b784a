import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { encodeMessagesRequest } from '../../dialects/anthropic-messages/request.js';
import { unsaidInMessages } from '../../dialects/anthropic-messages/request-unsaid.js';
import { anthropicMessagesDecoder } from '../../dialects/anthropic-messages/stream-decoder.js';
import type { MessagesRequest } from '../../dialects/anthropic-messages/wire.js';
import { withUntranslated } from '../../kit/untranslated.js';
import { openStream } from '../../kit/wire-call.js';
import type { MessagesAddress, MessagesVendor } from './vendor.js';
import { messagesCall } from './vendor.js';

/** @param addressOf where a body goes; hosts of other makers put the model into the path */
export async function streamMessages(
  vendor: MessagesVendor,
  client: ProviderClient,
  messages: readonly ChatMessage[],
  { signal, ...rest }: StreamOptions,
  addressOf: (body: MessagesRequest) => MessagesAddress = (body) => ({ path: '/v1/messages', body }),
): Promise<AsyncIterable<StreamEvent>> {
  const request = { ...rest, messages };
  const traits = vendor.traitsOf(rest.model);
  const { body, headers } = encodeMessagesRequest(request, vendor.provider, traits);
  const call = messagesCall(vendor, client, { signal }, { ...addressOf(body), headers });
  const stream = await openStream(call, anthropicMessagesDecoder(vendor.provider));
  return withUntranslated(stream, unsaidInMessages(request, vendor.provider, traits));
}
