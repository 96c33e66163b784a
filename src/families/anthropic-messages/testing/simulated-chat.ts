import type { JsonObject } from '../../../contracts/chat.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import type { SimulatedMessage } from './simulated-message.js';
import { streamedMessage, wholeMessage, wireEvent } from './simulated-message.js';

export interface SimulatedTurn {
  readonly model: string;
  readonly isStreamed: boolean;
  /** What the user said last. */
  readonly prompt: string;
}

export const demoPrompt = 'What does Maestro do for me?';

const demoText =
  'Maestro puts every model provider behind one interface, and gives each of your accounts a name: this one is "work_claude". ' +
  'You ask by name, and Maestro finds the key, speaks the provider’s own wire and hands you one kind of stream. ' +
  'Change the name and the very same code talks to somebody else — ✨ no other line changes.';

const plainText = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';

/** What happens by the model's name. Any other name is `sim-text`. */
export function chatAnswer(turn: SimulatedTurn): SimulatedAnswer {
  return answers.get(turn.model)?.(turn) ?? messageAnswer(turn, plainMessage(turn));
}

const answers: ReadonlyMap<string, (turn: SimulatedTurn) => SimulatedAnswer> = new Map<string, (turn: SimulatedTurn) => SimulatedAnswer>([
  ['sim-reasoning', (turn) => messageAnswer(turn, reasoningMessage(turn))],
  ['sim-tools', (turn) => messageAnswer(turn, toolsMessage(turn))],
  ['sim-refusal', (turn) => messageAnswer(turn, refusalMessage(turn))],
  ['sim-length', (turn) => messageAnswer(turn, { ...plainMessage(turn), stopReason: 'max_tokens' })],
  ['sim-rate-limited', () => failure(429, 'rate_limit_error', 'This request would exceed your rate limit.', { 'retry-after': '7' })],
  ['sim-overloaded', () => failure(529, 'overloaded_error', 'Overloaded')],
  ['sim-bad-request', () => failure(400, 'invalid_request_error', 'messages: at least one message is required')],
  ['sim-unauthorized', () => badKey()],
  ['sim-not-found', ({ model }) => failure(404, 'not_found_error', `model: ${model}`)],
  ['sim-error-midstream', (turn) => stream([...half(plainStream(turn)), wireEvent(errorBody('overloaded_error', 'Overloaded'))])],
  ['sim-truncated', (turn) => stream(half(plainStream(turn)))],
  ['sim-cut', (turn) => ({ ...stream(half(plainStream(turn))), isCut: true })],
  ['sim-slow', (turn) => ({ ...stream(half(plainStream(turn))), isEndless: true })],
  ['sim-unknown-event', (turn) => stream(withUnknownEvent(plainStream(turn)))],
  ['sim-html', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to continue</body></html>' })],
]);

export function badKey(): SimulatedAnswer {
  return failure(401, 'authentication_error', 'invalid x-api-key');
}

export function failure(status: number, type: string, message: string, headers: Readonly<Record<string, string>> = {}): SimulatedAnswer {
  return { status, headers: { 'request-id': requestId, ...headers }, body: JSON.stringify(errorBody(type, message)) };
}

const requestId = 'req_simulated';

function errorBody(type: string, message: string): { readonly type: string } & JsonObject {
  return { type: 'error', error: { type, message }, request_id: requestId };
}

function plainMessage({ model, prompt }: SimulatedTurn): SimulatedMessage {
  return { model, content: [{ type: 'text', text: prompt === demoPrompt ? demoText : plainText }], stopReason: 'end_turn' };
}

function reasoningMessage({ model }: SimulatedTurn): SimulatedMessage {
  return {
    model,
    content: [
      { type: 'thinking', thinking: 'The question is easy; a short answer will do.', signature: 'c2lnbmVkIGJ5IHRoZSBzaW11bGF0b3I=' },
      { type: 'redacted_thinking', data: 'cmVkYWN0ZWQgYnkgdGhlIHNpbXVsYXRvcg==' },
      { type: 'text', text: plainText },
    ],
    stopReason: 'end_turn',
  };
}

function toolsMessage({ model }: SimulatedTurn): SimulatedMessage {
  return {
    model,
    content: [
      { type: 'text', text: 'Let me look that up.' },
      { type: 'tool_use', id: 'toolu_simulated_1', name: 'get_weather', input: { city: 'Zürich' } },
      { type: 'tool_use', id: 'toolu_simulated_2', name: 'get_time', input: {} },
    ],
    stopReason: 'tool_use',
  };
}

function refusalMessage({ model }: SimulatedTurn): SimulatedMessage {
  return {
    model,
    content: [{ type: 'text', text: 'I would rather not.' }],
    stopReason: 'refusal',
    stopDetails: { type: 'refusal', category: 'simulated', explanation: 'The simulator refuses on request.' },
  };
}

function messageAnswer({ isStreamed }: SimulatedTurn, message: SimulatedMessage): SimulatedAnswer {
  if (isStreamed) return stream(streamedMessage(message));
  return { status: 200, headers: { 'request-id': requestId }, body: JSON.stringify(wholeMessage(message)) };
}

function plainStream(turn: SimulatedTurn): readonly string[] {
  return streamedMessage(plainMessage(turn));
}

function stream(body: readonly string[]): SimulatedAnswer {
  return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': requestId }, body };
}

function half(events: readonly string[]): readonly string[] {
  return events.slice(0, Math.floor(events.length / 2));
}

function withUnknownEvent(events: readonly string[]): readonly string[] {
  const before = half(events);
  return [...before, wireEvent({ type: 'cosmic_ray', energy: 9 }), ...events.slice(before.length)];
}
