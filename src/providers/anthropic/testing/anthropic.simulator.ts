import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { SimulatedLogin } from '../../../kit/oauth/simulated-login.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import type { SimulatedTurn } from '../../../families/anthropic-messages/testing/simulated-chat.js';
import { badKey, chatAnswer, demoPrompt, failure } from '../../../families/anthropic-messages/testing/simulated-chat.js';
import { modelAnswer, modelList } from './simulated-models.js';

/** Speaks the Messages wire on loopback. */
export const anthropicSimulator = defineSimulator({
  provider: 'anthropic',
  apiKey: 'sk-ant-api03-simulated-key-of-the-right-form',
  demo: { session: 'work_claude', model: 'claude-sim-large', prompt: demoPrompt, isShown: true },
  start: (options = {}) => {
    const login = new SimulatedLogin(loginOptions);
    return startSimulatorServer((request) => login.answerTo(inOnePlace(request)) ?? answerTo(request, options.apiKey, login), options);
  },
});

/** The client that its login knows, and the federation rule whose every identity token it takes. */
const loginOptions = {
  clientId: 'simulated-client',
  rotates: true,
  lifetimeSeconds: 28_800,
  needsStateInExchange: true,
  extra: { organization: { uuid: 'org-simulated', name: 'Simulated' }, account: { uuid: 'acc-simulated', email_address: 'a@b.example' } },
  otherGrants: {
    'urn:ietf:params:oauth:grant-type:jwt-bearer': (fields: Readonly<Record<string, string>>) =>
      fields['federation_rule_id'] === 'fdrl_simulated' && fields['assertion'] !== undefined && fields['assertion'] !== 'expired',
  },
};

/** Federation asks for tokens below the API's own version. */
function inOnePlace(request: SimulatedRequest): SimulatedRequest {
  return { ...request, path: request.path.replace(/^\/v1\/oauth\//, '/oauth/') };
}

function answerTo(request: SimulatedRequest, apiKey: string | undefined, login: SimulatedLogin): SimulatedAnswer {
  const { pathname, searchParams } = new URL(request.path, 'http://simulator');
  if (request.headers['authorization'] !== undefined) {
    if (!login.accepts(request)) return failure(401, 'authentication_error', 'Invalid bearer token');
    if (!String(request.headers['anthropic-beta']).split(',').includes('oauth-2025-04-20')) {
      return failure(401, 'authentication_error', 'OAuth authentication is currently not supported.');
    }
  } else if (apiKey !== undefined && request.headers['x-api-key'] !== apiKey) return badKey();
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
