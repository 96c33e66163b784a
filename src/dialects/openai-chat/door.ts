import type { JsonObject } from '../../contracts/chat.js';
import type { AskedAnswer, DecodedAsk, Door, DoorRoute, OfferedModel } from '../../kit/door.js';
import { modelAtEnd, modelInBody } from '../../kit/door.js';
import { sseBreak, sseOrJsonTap, sseWriter } from '../../kit/stream-writer.js';
import { sseText } from '../../kit/sse-text.js';
import { eventsFromChatAnswer } from './answer.js';
import { encodeChatAnswer } from './answer-encoder.js';
import { encodeChatError } from './error-encoder.js';
import { openAiChatFailure } from './errors.js';
import { withoutForeignThoughts } from './foreign-thoughts.js';
import { decodeChatRequest } from './request-decoder.js';
import { openAiChatDecoder } from './stream-decoder.js';
import { openAiChatEncoder } from './stream-encoder.js';
import { isCustomTool, openAiChat } from './wire.js';

const homeProvider = 'openai';

const routes: readonly DoorRoute[] = [
  { method: 'POST', path: /^\/chat\/completions$/, name: '/chat/completions', operation: 'chat', model: modelInBody },
  { method: 'POST', path: /^\/embeddings$/, name: '/embeddings', operation: 'embeddings', model: modelInBody },
  { method: 'GET', path: /^\/models$/, name: '/models', operation: 'list-models' },
  { method: 'GET', path: /^\/models\/.+$/, name: '/models/{model}', operation: 'get-model', model: modelAtEnd('/models/') },
  { method: '*', path: /^\/.+$/, name: '/*', operation: 'other', model: modelInBody },
];

/** A choice that ends, counts, a failure, the last mark; and further choices, of which each has to end. */
const landmark =
  /(?:finish_reason|usage)"\s*:(?!\s*null)|error"(?!\s*:\s*null)|(?:^|[\r\n])(?:event: ?)?error|\[DONE\]|"index"\s*:\s*[1-9]/;

/** For clients of Chat Completions, and of what else stands beside it on the vendor's API. */
export const chatDoor: Door = {
  dialect: openAiChat,
  homeProvider,
  mounts: ['/v1', '/openai/v1'],
  wirePrefix: '',
  keyHeaders: [],
  keyParameters: [],
  routes,
  failureOf: openAiChatFailure,
  tapFor: (provider, contentType, depth) =>
    sseOrJsonTap(contentType, depth, {
      landmark,
      decoder: openAiChatDecoder(provider),
      eventsOf: (answer) => eventsFromChatAnswer(provider, answer),
    }),
  withoutForeign: withoutForeignThoughts,
  decode,
  encodeError: encodeChatError,
  encodeBreak: (error, contentType, tail) =>
    sseBreak(openAiChatEncoder({ created: 0 }).fail(error, undefined).map(sseText).join(''), contentType, tail),
  models: { list: (models) => ({ object: 'list', data: models.map(encodeModel) }), one: encodeModel },
};

/** The vendor has another wire, which knows less of what stands in these requests and would be taken otherwise. */
const inThisWire = { [homeProvider]: { api: 'chat-completions' } };

function decode({ body, provider, isSpoken, created }: AskedAnswer): DecodedAsk {
  const speaker = isSpoken ? provider : homeProvider;
  const { request, stream, notices, includeUsage } = decodeChatRequest(body, speaker);
  const custom = (request.tools ?? []).filter(({ providerOptions }) => isCustomTool(providerOptions?.[speaker]));
  const options = { created, includeUsage, customTools: new Set(custom.map(({ name }) => name)) };
  return {
    request: isSpoken && provider === homeProvider ? { ...request, providerOptions: inThisWire } : request,
    stream,
    notices,
    written: (answer) => encodeChatAnswer(answer, options),
    streamed: () => sseWriter(openAiChatEncoder(options)),
  };
}

function encodeModel({ address, provider, model }: OfferedModel): JsonObject {
  const created = Math.floor((model.createdAt?.getTime() ?? 0) / 1000);
  return { id: address, object: 'model', created, owned_by: model.ownedBy ?? provider };
}
