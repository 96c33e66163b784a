import type { WireHeaders } from '../../contracts/wire-request.js';
import type { AskedAnswer, DecodedAsk, Door, DoorRoute } from '../../kit/door.js';
import { modelAtEnd, modelInBody } from '../../kit/door.js';
import { headerOf } from '../../kit/retry-after.js';
import { sseText } from '../../kit/sse-text.js';
import { sseBreak, sseOrJsonTap, sseWriter } from '../../kit/stream-writer.js';
import { eventsFromAnswer } from './answer.js';
import { encodeMessagesAnswer } from './answer-encoder.js';
import { encodeMessagesError } from './error-encoder.js';
import { anthropicMessagesFailure } from './errors.js';
import { encodeMessagesModel, encodeMessagesModels } from './models.js';
import { decodeMessagesRequest } from './request-decoder.js';
import { anthropicMessagesDecoder } from './stream-decoder.js';
import { anthropicMessagesEncoder } from './stream-encoder.js';
import { anthropicMessages } from './wire.js';

const routes: readonly DoorRoute[] = [
  { method: 'POST', path: /^\/messages$/, name: '/messages', operation: 'chat', model: modelInBody },
  { method: 'POST', path: /^\/messages\/count_tokens$/, name: '/messages/count_tokens', operation: 'count-tokens', model: modelInBody },
  { method: 'GET', path: /^\/models$/, name: '/models', operation: 'list-models' },
  { method: 'GET', path: /^\/models\/.+$/, name: '/models/{model}', operation: 'get-model', model: modelAtEnd('/models/') },
  { method: '*', path: /^\/.+$/, name: '/*', operation: 'other', model: modelInBody },
];

/** What is said of the message itself, and a failure. */
const landmark = /message_(?:start|delta|stop)["\r\n]|error"(?!\s*:\s*null)|(?:^|[\r\n])(?:event: ?)?error/;

/** For clients of Messages. The vendor's address is without the version, and so is that of its clients. */
export const messagesDoor: Door = {
  dialect: anthropicMessages,
  homeProvider: 'anthropic',
  mounts: ['/v1', '/anthropic/v1'],
  wirePrefix: '/v1',
  markHeader: 'anthropic-version',
  keyHeaders: ['x-api-key'],
  keyParameters: [],
  routes,
  failureOf: anthropicMessagesFailure,
  tapFor: (provider, contentType, depth) =>
    sseOrJsonTap(contentType, depth, {
      landmark,
      decoder: anthropicMessagesDecoder(provider),
      eventsOf: (answer) => eventsFromAnswer(provider, answer),
    }),
  decode,
  encodeError: encodeMessagesError,
  encodeBreak: (error, contentType, tail) =>
    sseBreak(anthropicMessagesEncoder.fail(error, undefined).map(sseText).join(''), contentType, tail),
  models: { list: encodeMessagesModels, one: encodeMessagesModel },
};

function decode({ body, headers, provider, isSpoken }: AskedAnswer): DecodedAsk {
  const decoded = decodeMessagesRequest(body, isSpoken ? provider : undefined, betasIn(headers));
  return {
    ...decoded,
    written: encodeMessagesAnswer,
    streamed: () => sseWriter(anthropicMessagesEncoder),
  };
}

function betasIn(headers: WireHeaders): readonly string[] {
  const words = (headerOf(headers, 'anthropic-beta') ?? '').split(',').map((word) => word.trim());
  return words.filter((word) => word !== '');
}
