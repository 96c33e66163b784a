import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { SimulatedLogin } from '../../../kit/oauth/simulated-login.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import { badKey, chatAnswer, demoPrompt, failure } from '../../../families/gemini-generate-content/testing/simulated-chat.js';
import { modelAnswer, modelList } from './simulated-models.js';

/** Speaks generateContent on loopback. */
export const geminiSimulator = defineSimulator({
  provider: 'gemini',
  apiKey: 'AQ.simulated-key-of-the-right-form',
  demo: { session: 'dev_gemini', model: 'gemini-sim-large', prompt: demoPrompt, isShown: true },
  start: (options = {}) => {
    const login = new SimulatedLogin(loginOptions);
    return startSimulatorServer((request) => login.answerTo(request) ?? answerTo(request, options.apiKey, login), options);
  },
});

/** The client that its login knows. */
const loginOptions = {
  clientId: 'simulated-client.apps.googleusercontent.com',
  clientSecret: 'simulated-client-secret',
  rotates: false,
  lifetimeSeconds: 3599,
  extra: { scope: 'https://www.googleapis.com/auth/cloud-platform' },
};

function answerTo(request: SimulatedRequest, apiKey: string | undefined, login: SimulatedLogin): SimulatedAnswer {
  if (request.headers['authorization'] !== undefined) {
    if (!login.accepts(request)) return failure(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
  } else if (apiKey !== undefined && request.headers['x-goog-api-key'] !== apiKey) return badKey();
  const { pathname, searchParams } = new URL(request.path, 'http://simulator');
  const route = `${request.method} ${pathname}`;
  if (route === 'GET /v1beta/models') return modelList(searchParams);
  const single = /^GET \/v1beta\/models\/([^/]+)$/.exec(route)?.[1];
  if (single !== undefined) return modelAnswer(decodeURIComponent(single));
  const [, model, method] = /^POST \/v1beta\/models\/([^/]+):(\w+)$/.exec(route) ?? [];
  if (model === undefined || method === undefined) return failure(404, 'NOT_FOUND', 'Requested entity was not found.');
  return called(method, decodeURIComponent(model), request.body, searchParams);
}

function called(method: string, model: string, body: string, parameters: URLSearchParams): SimulatedAnswer {
  if (method === 'countTokens') return { status: 200, body: JSON.stringify({ totalTokens: 21 }) };
  const isStreamed = method === 'streamGenerateContent';
  if (!isStreamed && method !== 'generateContent') return failure(404, 'NOT_FOUND', `Unknown method ${method}.`);
  const prompt = promptIn(body);
  if (prompt === undefined) return failure(400, 'INVALID_ARGUMENT', '* GenerateContentRequest.contents: contents is not specified');
  return chatAnswer({ model, isStreamed, isEventStream: parameters.get('alt') === 'sse', prompt });
}

/** What was said last. `undefined` where nothing was. */
function promptIn(text: string): string | undefined {
  const body = jsonFrom(text);
  const last = isRecord(body) ? listIn(body, 'contents').filter(isRecord).at(-1) : undefined;
  const parts = last && listIn(last, 'parts').filter(isRecord);
  return parts?.map((part) => textIn(part, 'text') ?? '').join('');
}
