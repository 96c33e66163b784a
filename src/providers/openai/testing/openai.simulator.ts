import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import { embeddings } from '../../../families/openai-chat/testing/simulated-embeddings.js';
import { badKey, failure } from '../../../families/openai-chat/testing/simulated-failures.js';
import { demoPrompt } from '../../../families/openai-chat/testing/simulated-script.js';
import { asked, chat } from '../../../families/openai-chat/testing/simulated-wire.js';
import { responses } from '../../../families/openai-responses/testing/simulated-responses.js';
import { SimulatedAccounts, simulatedAccountId } from './simulated-accounts.js';
import { SimulatedConversations } from './simulated-conversations.js';
import { modelAnswer, modelList } from './simulated-models.js';
import { fileList, inputTokenCount, keptResponse } from './simulated-others.js';

/** Speaks Responses, Conversations and Chat Completions on loopback, has accounts to log in with, and ChatGPT's backend for them. */
export const openAiSimulator = defineSimulator({
  provider: 'openai',
  apiKey: 'sk-proj-simulated-key-of-the-right-form',
  demo: { session: 'personal_gpt', model: 'gpt-sim-large', prompt: demoPrompt, isShown: true },
  start: async (options = {}) => {
    const conversations = new SimulatedConversations();
    const accounts = new SimulatedAccounts();
    const running = await startSimulatorServer(
      (request) =>
        accounts.answerTo(request) ?? chatGptAnswerTo(request, accounts) ?? answerTo(request, options.apiKey, accounts, conversations),
      options,
    );
    return { ...running, baseUrl: `${running.baseUrl}/v1` };
  },
});

/** `undefined` for what is not the backend's. */
function chatGptAnswerTo(request: SimulatedRequest, accounts: SimulatedAccounts): SimulatedAnswer | undefined {
  if (!request.path.startsWith('/backend-api/codex/')) return undefined;
  if (!accounts.acceptsForChatGpt(request)) return failure(401, 'Provided authentication token is expired.', { code: 'token_expired' });
  if (request.headers['chatgpt-account-id'] !== simulatedAccountId) return refusal(403, 'Workspace is not authorized.');
  if (request.path !== '/backend-api/codex/responses') return refusal(404, 'Not Found');
  const body = jsonFrom(request.body);
  const wrong = isRecord(body) ? wrongIn(body) : 'Invalid body';
  return wrong === undefined ? asked(request.body, responses) : refusal(400, wrong);
}

function wrongIn(body: JsonRecord): string | undefined {
  if (textIn(body, 'instructions') === undefined) return 'Instructions are required';
  if (body['store'] !== false) return 'Store must be set to false';
  if (body['stream'] !== true) return 'Stream must be set to true';
  const unknown = ['max_output_tokens', 'temperature', 'top_p', 'metadata', 'safety_identifier', 'user'].find((name) => name in body);
  return unknown && `Unsupported parameter: ${unknown}`;
}

/** This backend's own shape of an error. */
function refusal(status: number, detail: string): SimulatedAnswer {
  return { status, body: JSON.stringify({ detail }) };
}

function answerTo(
  request: SimulatedRequest,
  apiKey: string | undefined,
  accounts: SimulatedAccounts,
  conversations: SimulatedConversations,
): SimulatedAnswer {
  const isKey = apiKey === undefined || request.headers['authorization'] === `Bearer ${apiKey}`;
  if (!isKey && !accounts.acceptsForApi(request)) return badKey();
  const aboutConversations = conversations.answerTo(request);
  if (aboutConversations !== undefined) return aboutConversations;
  const { pathname } = new URL(request.path, 'http://simulator');
  const route = `${request.method} ${pathname}`;
  if (route === 'POST /v1/responses')
    return asked(request.body, responses, (body, answer) => {
      conversations.keep(body, listIn({ ...answer }, 'output'));
    });
  if (route === 'POST /v1/chat/completions') return asked(request.body, chat);
  if (route === 'POST /v1/responses/input_tokens') return inputTokenCount();
  const [, kept, rest = ''] = /^\/v1\/responses\/([^/]+)(\/input_items|\/cancel)?$/.exec(pathname) ?? [];
  if (kept !== undefined) return keptResponse(request.method, kept, rest);
  if (route === 'POST /v1/embeddings') return embeddings(request.body);
  if (route === 'GET /v1/files') return fileList();
  if (route === 'GET /v1/models') return modelList();
  const model = /^GET \/v1\/models\/([^/]+)$/.exec(route)?.[1];
  if (model !== undefined) return modelAnswer(decodeURIComponent(model));
  return failure(404, `Invalid URL (${request.method} ${pathname})`);
}
