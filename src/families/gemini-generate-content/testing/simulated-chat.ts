import type { JsonObject } from '../../../contracts/chat.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';

export interface SimulatedTurn {
  readonly model: string;
  /** Asked by `:streamGenerateContent`. */
  readonly isStreamed: boolean;
  /** Asked with `alt=sse`; without it a stream is one JSON array. */
  readonly isEventStream: boolean;
  /** What the user said last. */
  readonly prompt: string;
}

export const demoPrompt = 'What does Maestro do for me?';

const demoText =
  'I am "dev_gemini", one of the named sessions that Maestro keeps for you: its key lies sealed in your own database. ' +
  'Whichever provider you talk to, the answer comes as the same stream of events — text, thoughts, tool calls, usage. ' +
  'And if a stream breaks off half-way, you are told so 🛰️ instead of being left with half an answer.';

const plainText = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';

/** What happens by the model's name. Any other name is `sim-text`. */
export function chatAnswer(turn: SimulatedTurn): SimulatedAnswer {
  return answers.get(turn.model)?.(turn) ?? written(turn, textChunks(turn));
}

const answers: ReadonlyMap<string, (turn: SimulatedTurn) => SimulatedAnswer> = new Map<string, (turn: SimulatedTurn) => SimulatedAnswer>([
  ['sim-reasoning', (turn) => written(turn, reasoningChunks(turn))],
  ['sim-tools', (turn) => written(turn, toolChunks(turn))],
  ['sim-refusal', (turn) => written(turn, [chunk(turn, [{ text: 'I would rather' }]), lastChunk(turn, [], 'SAFETY')])],
  ['sim-length', (turn) => written(turn, [...textChunks(turn).slice(0, -1), lastChunk(turn, [], 'MAX_TOKENS')])],
  ['sim-rate-limited', () => rateLimited()],
  ['sim-overloaded', () => failure(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')],
  ['sim-bad-request', () => failure(400, 'INVALID_ARGUMENT', '* GenerateContentRequest.contents: contents is not specified')],
  ['sim-unauthorized', () => badKey()],
  ['sim-not-found', ({ model }) => failure(404, 'NOT_FOUND', `models/${model} is not found for API version v1beta.`)],
  // This wire's errors in mid-stream come without any framing.
  ['sim-error-midstream', (turn) => eventStream(half(turn), [JSON.stringify(status(503, 'UNAVAILABLE', 'overloaded'), null, 2)])],
  ['sim-truncated', (turn) => eventStream(half(turn))],
  ['sim-cut', (turn) => ({ ...eventStream(half(turn)), isCut: true })],
  ['sim-slow', (turn) => ({ ...eventStream(half(turn)), isEndless: true })],
  ['sim-unknown-event', (turn) => written(turn, [...half(turn), chunk(turn, [{ hologram: { size: 3 } }]), ...textChunks(turn).slice(6)])],
  ['sim-html', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to continue</body></html>' })],
]);

/** The vendor answers a bad key with a 400. */
export function badKey(): SimulatedAnswer {
  return failure(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
  ]);
}

function rateLimited(): SimulatedAnswer {
  return failure(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota. Please retry in 7s.', [
    { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel' }] },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
  ]);
}

export function failure(code: number, word: string, message: string, details: readonly JsonObject[] = []): SimulatedAnswer {
  return { status: code, body: JSON.stringify(status(code, word, message, details)) };
}

function status(code: number, word: string, message: string, details: readonly JsonObject[] = []): JsonObject {
  return { error: { code, message, status: word, ...(details.length > 0 && { details }) } };
}

function textChunks(turn: SimulatedTurn): readonly JsonObject[] {
  const words = (turn.prompt === demoPrompt ? demoText : plainText).match(/\S+\s*/g) ?? [];
  return [...words.map((text) => chunk(turn, [{ text }])), lastChunk(turn)];
}

function half(turn: SimulatedTurn): readonly JsonObject[] {
  return textChunks(turn).slice(0, 6);
}

function reasoningChunks(turn: SimulatedTurn): readonly JsonObject[] {
  return [
    chunk(turn, [{ text: 'The question is easy; ', thought: true }]),
    chunk(turn, [{ text: 'a short answer will do.', thought: true }]),
    ...textChunks(turn).slice(0, -1),
    lastChunk(turn, [{ text: '', thoughtSignature: 'c2lnbmVkIGJ5IHRoZSBzaW11bGF0b3I=' }]),
  ];
}

/** Streamed, the arguments of the first call come in pieces, as they do with `streamFunctionCallArguments`. */
function toolChunks(turn: SimulatedTurn): readonly JsonObject[] {
  const signature = { thoughtSignature: 'c2lnbmVkIGJ5IHRoZSBzaW11bGF0b3I=' };
  const weather = turn.isStreamed
    ? [
        { functionCall: { name: 'get_weather', willContinue: true }, ...signature },
        { functionCall: { partialArgs: [{ jsonPath: '$.city', stringValue: 'Zü', willContinue: true }], willContinue: true } },
        { functionCall: { partialArgs: [{ jsonPath: '$.city', stringValue: 'rich' }], willContinue: true } },
        { functionCall: {} },
      ]
    : [{ functionCall: { name: 'get_weather', args: { city: 'Zürich' } }, ...signature }];
  return [
    chunk(turn, [{ text: 'Let me look that up.' }]),
    ...weather.map((part) => chunk(turn, [part])),
    lastChunk(turn, [{ functionCall: { name: 'get_time', args: {} } }]),
  ];
}

function chunk({ model }: SimulatedTurn, parts: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  return {
    candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
    usageMetadata: { promptTokenCount: 21, totalTokenCount: 21 },
    modelVersion: model,
    responseId: 'simulated-response',
  };
}

function lastChunk(turn: SimulatedTurn, parts: readonly JsonObject[] = [], finishReason = 'STOP'): JsonObject {
  const thoughts = turn.model === 'sim-reasoning' ? { thoughtsTokenCount: 11 } : {};
  const usageMetadata = { promptTokenCount: 21, candidatesTokenCount: 17, totalTokenCount: 38, ...thoughts };
  return { ...chunk(turn, parts, { finishReason }), usageMetadata };
}

function written({ isStreamed, isEventStream }: SimulatedTurn, chunks: readonly JsonObject[]): SimulatedAnswer {
  if (!isStreamed) return { status: 200, body: JSON.stringify(joined(chunks)) };
  if (isEventStream) return eventStream(chunks);
  return { status: 200, body: chunks.map((each, at) => `${at === 0 ? '[' : ',\n'}${JSON.stringify(each)}`).concat(']') };
}

function eventStream(chunks: readonly JsonObject[], trailer: readonly string[] = []): SimulatedAnswer {
  const events = chunks.map((each) => `data: ${JSON.stringify(each)}\r\n\r\n`);
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: [...events, ...trailer] };
}

/** The answer in one piece: the last chunk, with the parts of all. */
function joined(chunks: readonly JsonObject[]): JsonObject {
  const parts = chunks.flatMap(partsIn);
  const [last = {}] = chunks.slice(-1);
  const [candidate = {}] = candidatesIn(last);
  return { ...last, candidates: [{ ...candidate, content: { role: 'model', parts } }] };
}

function candidatesIn(whole: JsonObject): readonly JsonObject[] {
  // Made above.
  return whole['candidates'] as readonly JsonObject[];
}

function partsIn(whole: JsonObject): readonly JsonObject[] {
  const [candidate = {}] = candidatesIn(whole);
  return (candidate['content'] as { readonly parts: readonly JsonObject[] }).parts;
}
