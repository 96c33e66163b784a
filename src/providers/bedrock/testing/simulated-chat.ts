import type { JsonObject } from '../../../contracts/chat.js';
import type { Script } from '../../../families/openai-chat/testing/simulated-script.js';
import { outputTokens, scriptOf } from '../../../families/openai-chat/testing/simulated-script.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { eventFrame, exceptionFrame } from './event-frames.js';

/** What happens by the model's name. Any other name streams a short answer. */
export function chatAnswer(model: string, prompt: string): SimulatedAnswer {
  return refusals.get(model)?.() ?? streamed(model, framesOf(model, prompt));
}

export function failure(status: number, name: string, message: string, headers: Readonly<Record<string, string>> = {}): SimulatedAnswer {
  return {
    status,
    headers: { 'x-amzn-errortype': `${name}:`, 'x-amzn-requestid': 'req_simulated', ...headers },
    body: JSON.stringify({ message }),
  };
}

export function badKey(): SimulatedAnswer {
  return failure(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
}

const refusals: ReadonlyMap<string, () => SimulatedAnswer> = new Map<string, () => SimulatedAnswer>([
  [
    'sim-rate-limited',
    () => failure(429, 'ThrottlingException', 'Too many requests, please wait before trying again.', { 'retry-after': '7' }),
  ],
  ['sim-overloaded', () => failure(503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.')],
  ['sim-bad-request', () => failure(400, 'ValidationException', 'The model returned the following errors: bad temperature')],
  ['sim-unauthorized', badKey],
  ['sim-not-found', () => failure(404, 'ResourceNotFoundException', 'Could not resolve the foundation model.')],
  ['sim-html', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to continue</body></html>' })],
]);

const halfLength = 7;

function streamed(model: string, frames: readonly Buffer[]): SimulatedAnswer {
  const answer = (pieces: readonly Buffer[]): SimulatedAnswer => ({
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    body: Buffer.concat(pieces),
  });
  const half = frames.slice(0, halfLength);
  switch (model) {
    case 'sim-error-midstream':
      return answer([...half, exceptionFrame('serviceUnavailableException', 'The service is unavailable.')]);
    case 'sim-truncated':
      return answer(half);
    case 'sim-cut':
      return { ...answer(half), isCut: true };
    case 'sim-slow':
      return { ...answer(half), isEndless: true };
    case 'sim-unknown-event':
      return answer([...half, eventFrame('hologramDelta', { size: 3 }), ...frames.slice(halfLength)]);
    default:
      return answer(frames);
  }
}

function framesOf(model: string, prompt: string): readonly Buffer[] {
  const script = scriptOf({ model, isStreamed: true, prompt });
  const said = [...script.words, ...script.refusal];
  const thoughts = script.thoughts.map((text) => delta(0, { reasoningContent: { text } }));
  const signed = [delta(0, { reasoningContent: { signature: 'c2lnbmVk' } }), stop(0)];
  const at = script.thoughts.length > 0 ? 1 : 0;
  return [
    eventFrame('messageStart', { role: 'assistant' }),
    ...(at === 1 ? [...thoughts, ...signed] : []),
    ...said.map((text) => delta(at, { text })),
    ...(said.length > 0 ? [stop(at)] : []),
    ...script.calls.flatMap(({ name, pieces }, call) => {
      const index = at + 1 + call;
      const toolUse = { toolUseId: `tooluse_simulated_${String(call)}`, name };
      return [
        eventFrame('contentBlockStart', { contentBlockIndex: index, start: { toolUse } }),
        ...pieces.map((input) => delta(index, { toolUse: { input } })),
        stop(index),
      ];
    }),
    eventFrame('messageStop', { stopReason: stopOf(script) }),
    eventFrame('metadata', { usage: usageOf(script), metrics: { latencyMs: 9 } }),
  ];
}

function delta(contentBlockIndex: number, what: JsonObject): Buffer {
  return eventFrame('contentBlockDelta', { contentBlockIndex, delta: what });
}

function stop(contentBlockIndex: number): Buffer {
  return eventFrame('contentBlockStop', { contentBlockIndex });
}

function stopOf({ refusal, calls, isTooLong }: Script): string {
  if (refusal.length > 0) return 'guardrail_intervened';
  if (calls.length > 0) return 'tool_use';
  return isTooLong ? 'max_tokens' : 'end_turn';
}

function usageOf(script: Script): JsonObject {
  const output = outputTokens(script);
  return { inputTokens: 5, cacheReadInputTokens: 16, cacheWriteInputTokens: 0, outputTokens: output, totalTokens: 21 + output };
}
