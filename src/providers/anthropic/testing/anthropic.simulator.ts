import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import type { SimulatedTurn } from './simulated-chat.js';
import { badKey, chatAnswer, demoPrompt, failure } from './simulated-chat.js';
import { modelAnswer, modelList } from './simulated-models.js';

/** Speaks the Messages wire on loopback. */
export const anthropicSimulator = defineSimulator({
  provider: 'anthropic',
  apiKey: 'sk-ant-api03-simulated-key-of-the-right-form',
  demo: { session: 'work_claude', model: 'claude-sim-large', prompt: demoPrompt },
  start: (options = {}) => startSimulatorServer((request) => answerTo(request, options.apiKey), options),
});

function answerTo(request: SimulatedRequest, apiKey: string | undefined): SimulatedAnswer {
  const { pathname, searchParams } = new URL(request.path, 'http://simulator');
  if (apiKey !== undefined && request.headers['x-api-key'] !== apiKey) return badKey();
  if (request.headers['anthropic-version'] === undefined) {
    return failure(400, 'invalid_request_error', 'anthropic-version: header is required');
  }
  const route = `${request.method} ${pathname}`;
  if (route === 'POST /v1/messages') return messages(request.body);
  if (route === 'POST /v1/messages/count_tokens') return { status: 200, body: JSON.stringify({ input_tokens: 21 }) };
  if (route === 'GET /v1/models') return modelList(searchParams);
  const model = /^GET \/v1\/models\/([^/]+)$/.exec(route)?.[1];
  return model === undefined ? failure(404, 'not_found_error', 'Not found') : modelAnswer(decodeURIComponent(model));
}

function messages(text: string): SimulatedAnswer {
  const body = jsonFrom(text);
  const missing = isRecord(body) ? ['model', 'max_tokens', 'messages'].find((name) => body[name] === undefined) : 'body';
  if (missing !== undefined) return failure(400, 'invalid_request_error', `${missing}: Field required`);
  return chatAnswer(turnFrom(isRecord(body) ? body : {}));
}

function turnFrom(body: JsonRecord): SimulatedTurn {
  return { model: textIn(body, 'model') ?? '', isStreamed: body['stream'] === true, prompt: promptIn(body) };
}

function promptIn(body: JsonRecord): string {
  const last = listIn(body, 'messages').filter(isRecord).at(-1) ?? {};
  const parts = listIn(last, 'content')
    .filter(isRecord)
    .map((part) => textIn(part, 'text') ?? '');
  return textIn(last, 'content') ?? parts.join('');
}
