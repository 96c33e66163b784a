import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import { chatAnswer, chatEvents, event, unknownChatEvent } from './simulated-chat.js';
import { SimulatedAccounts, simulatedAccountId } from './simulated-accounts.js';
import { SimulatedConversations } from './simulated-conversations.js';
import { badKey, failure, refusals } from './simulated-failures.js';
import { modelAnswer, modelList } from './simulated-models.js';
import { embeddings, fileList, inputTokenCount, keptResponse } from './simulated-others.js';
import { eventOf, responseAnswer, responseEvents, unknownResponseEvent } from './simulated-responses.js';
import type { SimulatedTurn } from './simulated-script.js';
import { demoPrompt } from './simulated-script.js';

/** Speaks Responses, Conversations and Chat Completions on loopback, has accounts to log in with, and ChatGPT's backend for them. */
export const openAiSimulator = defineSimulator({
  provider: 'openai',
  apiKey: 'sk-proj-simulated-key-of-the-right-form',
  demo: { session: 'personal_gpt', model: 'gpt-sim-large', prompt: demoPrompt },
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
  return wrong === undefined ? asked(request.body, 'input', responses) : refusal(400, wrong);
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
  if (route === 'POST /v1/responses') return asked(request.body, 'input', responses, conversations);
  if (route === 'POST /v1/chat/completions') return asked(request.body, 'messages', chat);
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

/** One of the two wires: how it says an answer, a failure in the middle of one, and something that nobody knows. */
interface SimulatedWire {
  events(turn: SimulatedTurn): readonly string[];
  answer(turn: SimulatedTurn): object;
  failure(): string;
  stranger(turn: SimulatedTurn): string;
}

const serverError = { message: 'The server had an error while processing your request.', type: 'server_error', param: null, code: null };

const chat: SimulatedWire = {
  events: chatEvents,
  answer: chatAnswer,
  failure: () => event({ error: serverError }),
  stranger: unknownChatEvent,
};

const responses: SimulatedWire = {
  events: responseEvents,
  answer: responseAnswer,
  failure: () => eventOf({ type: 'error', sequence_number: 9, code: 'server_error', message: serverError.message, param: null }),
  stranger: unknownResponseEvent,
};

function asked(text: string, input: 'input' | 'messages', wire: SimulatedWire, conversations?: SimulatedConversations): SimulatedAnswer {
  const body = jsonFrom(text);
  if (!isRecord(body) || textIn(body, 'model') === undefined) return failure(400, 'you must provide a model parameter');
  if (body[input] === undefined) {
    return failure(400, `Missing required parameter: '${input}'.`, { code: 'missing_required_parameter' });
  }
  const turn: SimulatedTurn = {
    model: textIn(body, 'model') ?? '',
    isStreamed: body['stream'] === true,
    prompt: promptIn(body, input),
  };
  const refuse = refusals.get(turn.model);
  if (refuse !== undefined) return refuse();
  conversations?.keep(body, listIn({ ...wire.answer(turn) }, 'output'));
  if (!turn.isStreamed) return { status: 200, body: JSON.stringify(wire.answer(turn)) };
  return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, ...streamed(turn, wire) };
}

/** Enough of an answer to have begun, and not its end. */
const halfLength = 7;

function streamed(turn: SimulatedTurn, wire: SimulatedWire): Pick<SimulatedAnswer, 'body' | 'isCut' | 'isEndless'> {
  const body = wire.events(turn);
  const half = body.slice(0, halfLength);
  switch (turn.model) {
    case 'sim-error-midstream':
      return { body: [...half, wire.failure()] };
    case 'sim-truncated':
      return { body: half };
    case 'sim-cut':
      return { body: half, isCut: true };
    case 'sim-slow':
      return { body: half, isEndless: true };
    case 'sim-unknown-event':
      return { body: [...half, wire.stranger(turn), ...body.slice(halfLength)] };
    default:
      return { body };
  }
}

/** What was said last: a text, or the texts of a message's parts. */
function promptIn(body: JsonRecord, input: 'input' | 'messages'): string {
  const last = listIn(body, input).filter(isRecord).at(-1) ?? {};
  const parts = listIn(last, 'content')
    .filter(isRecord)
    .map((part) => textIn(part, 'text') ?? '');
  return textIn(body, input) ?? textIn(last, 'content') ?? parts.join('');
}
