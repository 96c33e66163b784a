import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import { chatAnswer as messagesAnswer, failure as messagesFailure } from '../../../families/anthropic-messages/testing/simulated-chat.js';
import {
  badKey,
  chatAnswer as contentAnswer,
  demoPrompt,
  failure,
} from '../../../families/gemini-generate-content/testing/simulated-chat.js';
import { asked, askedOf, chat } from '../../../families/openai-chat/testing/simulated-wire.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { SimulatedLogin } from '../../../kit/oauth/simulated-login.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import { publishedModel, publishedModels } from './simulated-models.js';

/** Speaks the wires of three publishers on loopback, and trades signatures of service accounts under `/token`. */
export const vertexSimulator = defineSimulator({
  provider: 'vertex',
  apiKey: 'AQ.simulated-key-of-the-express-mode',
  demo: { session: 'work_vertex', model: 'gemini-sim-large', prompt: demoPrompt },
  start: (options = {}) => {
    const login = new SimulatedLogin(loginOptions);
    return startSimulatorServer((request) => login.answerTo(inOnePlace(request)) ?? answerTo(request, options.apiKey, login), options);
  },
});

const loginOptions = {
  clientId: 'none',
  rotates: false,
  lifetimeSeconds: 3599,
  otherGrants: { 'urn:ietf:params:oauth:grant-type:jwt-bearer': isKnown },
};

/** By its claims; whether it was signed as it should be is for a test to look at. */
function isKnown({ assertion = '' }: Readonly<Record<string, string>>): boolean {
  const claims = jsonFrom(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return isRecord(claims) && claims['iss'] === 'robot@simulated.example';
}

function inOnePlace(request: SimulatedRequest): SimulatedRequest {
  return { ...request, path: request.path.replace(/^\/token$/, '/oauth/token') };
}

function answerTo(request: SimulatedRequest, apiKey: string | undefined, login: SimulatedLogin): SimulatedAnswer {
  if (request.headers['authorization'] !== undefined) {
    if (!login.accepts(request)) return failure(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
  } else if (apiKey !== undefined && request.headers['x-goog-api-key'] !== apiKey) return badKey();
  const { pathname, searchParams } = new URL(request.path, 'http://simulator');
  const [, place = '', path] = /^\/v1beta1(\/projects\/[^/]+\/locations\/[^/]+)?(\/.+)$/.exec(pathname) ?? [];
  if (path === undefined) return failure(404, 'NOT_FOUND', 'Requested entity was not found.');
  const listed = /^\/publishers\/(\w+)\/models(?:\/([^/:]+))?$/.exec(path);
  if (request.method === 'GET' && listed !== null) {
    const [, publisher = '', name] = listed;
    return name === undefined ? publishedModels(publisher, searchParams) : publishedModel(publisher, decodeURIComponent(name));
  }
  if (path === '/endpoints/openapi/chat/completions' && place !== '') return published(request.body);
  const [, publisher, model = '', method = ''] = /^\/publishers\/(\w+)\/models\/([^/]+):(\w+)$/.exec(path) ?? [];
  if (publisher === 'google') return content(decodeURIComponent(model), method, request.body, searchParams);
  if (publisher === 'anthropic' && place !== '') return raw(decodeURIComponent(model), method, request.body);
  return failure(404, 'NOT_FOUND', 'Publisher Model was not found or your project does not have access to it.');
}

function content(model: string, method: string, text: string, parameters: URLSearchParams): SimulatedAnswer {
  if (method === 'countTokens') return { status: 200, body: JSON.stringify({ totalTokens: 21 }) };
  const prompt = said(bodyOf(text), 'contents', 'parts');
  if (prompt === undefined) return failure(400, 'INVALID_ARGUMENT', 'contents is not specified');
  const isStreamed = method === 'streamGenerateContent';
  return contentAnswer({ model, isStreamed, isEventStream: parameters.get('alt') === 'sse', prompt });
}

function raw(model: string, method: string, text: string): SimulatedAnswer {
  const body = bodyOf(text);
  if (model === 'count-tokens') return { status: 200, body: JSON.stringify({ input_tokens: 21 }) };
  if (body['anthropic_version'] !== 'vertex-2023-10-16') {
    return messagesFailure(400, 'invalid_request_error', 'anthropic_version: Field required');
  }
  if (body['model'] !== undefined) return messagesFailure(400, 'invalid_request_error', 'model: Extra inputs are not permitted');
  if ((body['stream'] === true) !== (method === 'streamRawPredict')) {
    return messagesFailure(400, 'invalid_request_error', 'stream: not at this address');
  }
  return messagesAnswer({ model, isStreamed: body['stream'] === true, prompt: said(body, 'messages', 'content') ?? '' });
}

/** The model stands behind its publisher. */
function published(text: string): SimulatedAnswer {
  const [, model] = (textIn(bodyOf(text), 'model') ?? '').split('/');
  if (model === undefined) return failure(400, 'INVALID_ARGUMENT', 'Malformed publisher model.');
  return asked(askedOf(model, text), chat);
}

function bodyOf(text: string): JsonRecord {
  const body = jsonFrom(text);
  return isRecord(body) ? body : {};
}

/** What was said last: a text, or the texts of its parts. `undefined` where nothing was. */
function said(body: JsonRecord, list: string, parts: string): string | undefined {
  const last = listIn(body, list).filter(isRecord).at(-1);
  if (last === undefined) return undefined;
  const texts = listIn(last, parts)
    .filter(isRecord)
    .map((part) => textIn(part, 'text') ?? '');
  return textIn(last, parts) ?? texts.join('');
}
