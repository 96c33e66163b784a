import type { AskedAnswer, DecodedAsk, Door, DoorRoute, ModelPlace, WireParts } from '../../kit/door.js';
import { modelAtEnd, modelBeforeMethod } from '../../kit/door.js';
import { memberOf, memberRange, withMember } from '../../kit/json-member.js';
import { eventStreamType, sseBreak } from '../../kit/stream-writer.js';
import { milestoneTap } from '../../kit/milestone-tap.js';
import { streamTap } from '../../kit/wire-tap.js';
import { jsonBodyTap } from './answer.js';
import { encodeGenerateContentAnswer } from './answer-encoder.js';
import { encodeGenerateContentError } from './error-encoder.js';
import { errorFromResponse } from './errors.js';
import { encodeGenerateContentModel, encodeGenerateContentModels } from './models.js';
import { modelPath } from './request.js';
import { decodeGenerateContentRequest } from './request-decoder.js';
import { geminiGenerateContentDecoder } from './stream-decoder.js';
import { dialect } from './wire.js';
import { eventStreamFailure, eventStreamWriter, jsonArrayWriter } from './written-stream.js';

/** Some clients leave `models/` out where the name has a slash. */
const modelInPath = modelBeforeMethod('/models/', (model) => `/${modelPath(model)}`);

/** Whose tokens are counted may be told a second time, in a request within the body; the vendor wants both to be the same. */
const modelOfCounted: ModelPlace = {
  find: (parts) => modelInPath.find(parts),
  replace: (parts, model) => withInnerModel(modelInPath.replace(parts, model), modelPath(model)),
};

const streaming = '/models/{model}:streamGenerateContent';

const routes: readonly DoorRoute[] = [
  method('generateContent', 'chat', modelInPath),
  method('streamGenerateContent', 'chat', modelInPath),
  method('countTokens', 'count-tokens', modelOfCounted),
  { method: 'GET', path: /^\/models$/, name: '/models', operation: 'list-models' },
  { method: 'GET', path: /^\/models\/.+$/, name: '/models/{model}', operation: 'get-model', model: modelAtEnd('/models/') },
  { method: '*', path: /^\/.+(?::|%3A)\w+$/i, name: '/models/{model}:{method}', operation: 'other', model: modelInPath },
  { method: '*', path: /^\/.+$/, name: '/*', operation: 'other' },
];

function method(name: string, operation: DoorRoute['operation'], model: ModelPlace): DoorRoute {
  const path = new RegExp(`^/.+(?::|%3A)${name}$`, 'i');
  return { method: 'POST', path, name: `/models/{model}:${name}`, operation, model };
}

/** An end, a verdict over the prompt, a failure; and calls, by which the end is told to be one of those. */
const landmark = /finishReason"|promptFeedback"|blockReason"|functionCall"|error"(?!\s*:\s*null)|(?:^|[\r\n])(?:event: ?)?error/;

/** For clients of generateContent. The vendor's address is without the version, and so is that of its clients. */
export const generateContentDoor: Door = {
  dialect,
  homeProvider: 'gemini',
  mounts: ['/v1beta', '/gemini/v1beta'],
  wirePrefix: '/v1beta',
  keyHeaders: ['x-goog-api-key'],
  keyParameters: ['key'],
  routes,
  failureOf: errorFromResponse,
  tapFor(provider, contentType, depth) {
    if (contentType.startsWith(eventStreamType)) {
      const decoder = geminiGenerateContentDecoder(provider);
      return depth === 'all' ? streamTap(decoder) : milestoneTap(decoder, landmark);
    }
    return contentType.includes('json') ? jsonBodyTap(provider) : undefined;
  },
  decode,
  encodeError: encodeGenerateContentError,
  encodeBreak: (error, contentType, tail) => sseBreak(eventStreamFailure(error), contentType, tail),
  models: { list: encodeGenerateContentModels, one: encodeGenerateContentModel },
};

function decode({ body, route, model, search, provider, isSpoken }: AskedAnswer): DecodedAsk {
  const call = { model, stream: route.name === streaming };
  return {
    ...decodeGenerateContentRequest(body, isSpoken ? provider : undefined, call),
    written: encodeGenerateContentAnswer,
    streamed: () => (search.get('alt') === 'sse' ? eventStreamWriter() : jsonArrayWriter()),
  };
}

function withInnerModel(parts: WireParts, name: string): WireParts {
  const { body } = parts;
  const outer = body && memberRange(body, 'generateContentRequest');
  if (body === undefined || outer === undefined) return parts;
  const within = body.subarray(outer.start, outer.end);
  const inner = memberRange(within, 'model');
  if (inner === undefined || typeof memberOf(within, 'model') !== 'string') return parts;
  const renamed = withMember(body, { start: outer.start + inner.start, end: outer.start + inner.end }, name);
  return { ...parts, body: renamed };
}
