import type { JsonObject } from '../../../contracts/chat.js';
import type { Script, SimulatedTurn } from './simulated-script.js';
import { cachedTokens, inputTokens, outputTokens, scriptOf } from './simulated-script.js';

/** The events of a Chat Completions answer, each as it stands on the wire. */
export function chatEvents(turn: SimulatedTurn): readonly string[] {
  const script = scriptOf(turn);
  const deltas: readonly JsonObject[] = [
    { role: 'assistant', content: '', refusal: null },
    ...script.words.map((content) => ({ content })),
    ...script.refusal.map((refusal) => ({ refusal })),
    ...script.calls.flatMap(({ name, pieces }, index) => [
      { tool_calls: [{ index, id: callId(index), type: 'function', function: { name, arguments: '' } }] },
      ...pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
  ];
  return [
    ...deltas.map((delta) => event(chunk(turn, [{ index: 0, delta, logprobs: null, finish_reason: null }]))),
    event(chunk(turn, [{ index: 0, delta: {}, logprobs: null, finish_reason: finishOf(script) }])),
    event({ ...chunk(turn, []), usage: usageOf(script) }),
    'data: [DONE]\n\n',
  ];
}

export function chatAnswer(turn: SimulatedTurn): JsonObject {
  const script = scriptOf(turn);
  const { words, refusal, calls } = script;
  const message = {
    role: 'assistant',
    content: words.length === 0 ? null : words.join(''),
    refusal: refusal.length === 0 ? null : refusal.join(''),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ name, pieces }, index) => ({
        id: callId(index),
        type: 'function',
        function: { name, arguments: pieces.join('') },
      })),
    }),
  };
  return {
    ...headOf(turn, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(script) }],
    usage: usageOf(script),
  };
}

export function unknownChatEvent(turn: SimulatedTurn): string {
  return event({ ...headOf(turn, 'chat.hologram'), size: 3 });
}

export function event(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function chunk(turn: SimulatedTurn, choices: readonly JsonObject[]): JsonObject {
  return { ...headOf(turn, 'chat.completion.chunk'), choices, usage: null };
}

function headOf({ model }: SimulatedTurn, object: string): JsonObject {
  return { id: 'chatcmpl-simulated', object, created: 1_750_000_000, model, system_fingerprint: null };
}

function callId(index: number): string {
  return `call_simulated_${String(index)}`;
}

function finishOf({ calls, isTooLong }: Script): string {
  if (isTooLong) return 'length';
  return calls.length > 0 ? 'tool_calls' : 'stop';
}

/** This wire tells nothing of what a model thought but the number of tokens. */
function usageOf(script: Script): JsonObject {
  const output = outputTokens(script);
  return {
    prompt_tokens: inputTokens,
    completion_tokens: output,
    total_tokens: inputTokens + output,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: script.thoughts.length, audio_tokens: 0 },
  };
}
