import type { AskedAnswer, DecodedAsk, Door, DoorRoute } from '../../kit/door.js';
import { modelInBody } from '../../kit/door.js';
import { sseText } from '../../kit/sse-text.js';
import { sseBreak, sseOrJsonTap, sseWriter } from '../../kit/stream-writer.js';
import { eventsFromResponse } from './answer.js';
import { encodeResponsesAnswer } from './answer-encoder.js';
import { encodeResponsesError } from './error-encoder.js';
import { openAiResponsesFailure } from './errors.js';
import { withoutForeignItems } from './foreign-items.js';
import { decodeResponsesRequest } from './request-decoder.js';
import { openAiResponsesDecoder } from './stream-decoder.js';
import { openAiResponsesEncoder } from './stream-encoder.js';
import { isCustomTool, openAiResponses } from './wire.js';

const homeProvider = 'openai';

/** What a provider keeps is asked for by its id; which session it belongs to, the request says beside the path. */
const routes: readonly DoorRoute[] = [
  { method: 'POST', path: /^\/responses$/, name: '/responses', operation: 'chat', model: modelInBody },
  { method: 'POST', path: /^\/responses\/input_tokens$/, name: '/responses/input_tokens', operation: 'count-tokens', model: modelInBody },
  { method: 'GET', path: /^\/responses\/[^/]+$/, name: '/responses/{id}', operation: 'stored-response' },
  { method: 'DELETE', path: /^\/responses\/[^/]+$/, name: '/responses/{id}', operation: 'stored-response' },
  { method: 'POST', path: /^\/responses\/[^/]+\/cancel$/, name: '/responses/{id}/cancel', operation: 'stored-response' },
  { method: 'GET', path: /^\/responses\/[^/]+\/input_items$/, name: '/responses/{id}/input_items', operation: 'stored-response' },
];

/** The end of the response, a failure; and calls, by which the end is told to be one of those. */
const landmark =
  /response\.(?:completed|incomplete|cancelled|failed)["\r\n]|"status"\s*:\s*"failed"|_call"|error"(?!\s*:\s*null)|(?:^|[\r\n])(?:event: ?)?error/;

/** For clients of Responses. Models stand on the door that has the same mounts. */
export const responsesDoor: Door = {
  dialect: openAiResponses,
  homeProvider,
  mounts: ['/v1', '/openai/v1'],
  wirePrefix: '',
  keyHeaders: [],
  keyParameters: [],
  routes,
  failureOf: openAiResponsesFailure,
  tapFor: (provider, contentType, depth) =>
    sseOrJsonTap(contentType, depth, {
      landmark,
      decoder: openAiResponsesDecoder(provider),
      eventsOf: (answer) => eventsFromResponse(provider, answer),
    }),
  withoutForeign: withoutForeignItems,
  decode,
  encodeError: encodeResponsesError,
  encodeBreak: (error, contentType, tail) =>
    sseBreak(openAiResponsesEncoder({ created: 0 }).fail(error, undefined).map(sseText).join(''), contentType, tail),
};

function decode({ body, provider, isSpoken, created }: AskedAnswer): DecodedAsk {
  const speaker = isSpoken ? provider : homeProvider;
  const { request, stream, notices } = decodeResponsesRequest(body, speaker);
  const custom = (request.tools ?? []).filter(({ providerOptions }) => isCustomTool(providerOptions?.[speaker]));
  const options = { created, customTools: new Set(custom.map(({ name }) => name)) };
  return {
    request,
    stream,
    notices,
    written: (answer) => encodeResponsesAnswer(answer, options),
    streamed: () => sseWriter(openAiResponsesEncoder(options)),
  };
}
