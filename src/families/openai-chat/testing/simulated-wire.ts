import type { JsonRecord } from '../../../kit/json-fields.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { chatAnswer, chatEvents, event, unknownChatEvent } from './simulated-chat.js';
import { failure, refusals } from './simulated-failures.js';
import type { SimulatedTurn } from './simulated-script.js';

/** A wire: how it says an answer, a failure in the middle of one, and something that nobody knows. */
export interface SimulatedWire {
  /** The member of a request that holds what is said. */
  readonly input: 'input' | 'messages';
  events(turn: SimulatedTurn): readonly string[];
  answer(turn: SimulatedTurn): object;
  failure(): string;
  stranger(turn: SimulatedTurn): string;
}

export const serverError = {
  message: 'The server had an error while processing your request.',
  type: 'server_error',
  param: null,
  code: null,
};

export const chat: SimulatedWire = {
  input: 'messages',
  events: chatEvents,
  answer: chatAnswer,
  failure: () => event({ error: serverError }),
  stranger: unknownChatEvent,
};

/** @param kept told of the request and of the answer to it */
export function asked(text: string, wire: SimulatedWire, kept?: (body: JsonRecord, answer: object) => void): SimulatedAnswer {
  const body = jsonFrom(text);
  if (!isRecord(body) || textIn(body, 'model') === undefined) return failure(400, 'you must provide a model parameter');
  if (body[wire.input] === undefined) {
    return failure(400, `Missing required parameter: '${wire.input}'.`, { code: 'missing_required_parameter' });
  }
  const turn: SimulatedTurn = {
    model: textIn(body, 'model') ?? '',
    isStreamed: body['stream'] === true,
    prompt: promptIn(body, wire.input),
  };
  const refuse = refusals.get(turn.model);
  if (refuse !== undefined) return refuse();
  kept?.(body, wire.answer(turn));
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
function promptIn(body: JsonRecord, input: SimulatedWire['input']): string {
  const last = listIn(body, input).filter(isRecord).at(-1) ?? {};
  const parts = listIn(last, 'content')
    .filter(isRecord)
    .map((part) => textIn(part, 'text') ?? '');
  return textIn(body, input) ?? textIn(last, 'content') ?? parts.join('');
}

/** A request for another model than its body names: hosts have a model's name in the path, or their own words before it. */
export function askedOf(model: string, text: string): string {
  const body = jsonFrom(text);
  return isRecord(body) ? JSON.stringify({ ...body, model }) : text;
}
