import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import { chatAnswer, chatEvents, event, unknownChatEvent } from './simulated-chat.js';
import { SimulatedConversations } from './simulated-conversations.js';
import { badKey, failure, refusals } from './simulated-failures.js';
import { modelAnswer, modelList } from './simulated-models.js';
import { eventOf, responseAnswer, responseEvents, unknownResponseEvent } from './simulated-responses.js';
import type { SimulatedTurn } from './simulated-script.js';
import { demoPrompt } from './simulated-script.js';

/** Speaks Responses, Conversations and Chat Completions on loopback. */
export const openAiSimulator = defineSimulator({
  provider: 'openai',
  apiKey: 'sk-proj-simulated-key-of-the-right-form',
  demo: { session: 'personal_gpt', model: 'gpt-sim-large', prompt: demoPrompt },
  start: async (options = {}) => {
    const conversations = new SimulatedConversations();
    const running = await startSimulatorServer((request) => answerTo(request, options.apiKey, conversations), options);
    return { ...running, baseUrl: `${running.baseUrl}/v1` };
  },
});

function answerTo(request: SimulatedRequest, apiKey: string | undefined, conversations: SimulatedConversations): SimulatedAnswer {
  if (apiKey !== undefined && request.headers['authorization'] !== `Bearer ${apiKey}`) return badKey();
  const aboutConversations = conversations.answerTo(request);
  if (aboutConversations !== undefined) return aboutConversations;
  const { pathname } = new URL(request.path, 'http://simulator');
  const route = `${request.method} ${pathname}`;
  if (route === 'POST /v1/responses') return asked(request.body, 'input', responses, conversations);
  if (route === 'POST /v1/chat/completions') return asked(request.body, 'messages', chat);
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
