import type { JsonObject } from '../../../contracts/chat.js';
import type { Speech } from '../vendor.js';
import type { Script, SimulatedCall, SimulatedTurn } from './simulated-script.js';
import { cachedTokens, inputTokens, outputTokens, scriptOf } from './simulated-script.js';

/** The events of a Chat Completions answer, each as it stands on the wire, in a vendor's way of saying it. */
export function chatEvents(turn: SimulatedTurn, speech: Speech = {}): readonly string[] {
  const script = scriptOf(turn);
  const deltas: readonly JsonObject[] = [
    { role: 'assistant', content: '', refusal: null },
    ...script.thoughts.flatMap((thought) => thoughtDelta(thought, speech)),
    ...script.words.map((content) => ({ content })),
    ...script.refusal.map((refusal) => ({ refusal })),
    ...script.calls.flatMap((call, index) => callDeltas(call, index, speech)),
  ];
  return [
    ...deltas.map((delta) => event(chunk(turn, [{ index: 0, delta, logprobs: null, finish_reason: null }]))),
    ...ending(turn, script, speech).map(event),
    ...(speech.lacksDoneMark === true ? [] : ['data: [DONE]\n\n']),
  ];
}

/** The last chunks, with usage where this vendor puts it. */
function ending(turn: SimulatedTurn, script: Script, speech: Speech): readonly JsonObject[] {
  const choice = { index: 0, delta: {}, logprobs: null, finish_reason: finishOf(script, speech) };
  const finish = chunk(turn, [choice]);
  const usage = usageOf(script);
  const place = speech.usage ?? 'last-chunk';
  if (typeof place === 'object') return [{ ...finish, [place.under]: { usage } }];
  switch (place) {
    case 'unasked':
      return [finish];
    case 'finish-chunk':
      return [{ ...finish, usage }];
    case 'choice':
      return [chunk(turn, [{ ...choice, usage }])];
    case 'last-chunk':
      return [finish, { ...chunk(turn, []), usage }];
  }
}

function thoughtDelta(thought: string, { reasoning }: Speech): readonly JsonObject[] {
  if (reasoning === undefined) return [];
  return [reasoning === 'content-parts' ? { content: [thoughtPart(thought)] } : { [reasoning]: thought }];
}

function thoughtPart(text: string): JsonObject {
  return { type: 'thinking', thinking: [{ type: 'text', text }] };
}

/** Where calls have no index, each comes whole: pieces could not be told apart. */
function callDeltas({ name, pieces }: SimulatedCall, index: number, { lacksCallIndex }: Speech): readonly JsonObject[] {
  const id = callId(index);
  if (lacksCallIndex === true) return [{ tool_calls: [{ id, function: { name, arguments: pieces.join('') } }] }];
  return [
    { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
    ...pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}

export function chatAnswer(turn: SimulatedTurn, speech: Speech = {}): JsonObject {
  const script = scriptOf(turn);
  const { refusal, calls } = script;
  const message = {
    role: 'assistant',
    ...saidWhole(script, speech),
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
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(script, speech) }],
    usage: usageOf(script),
  };
}

function saidWhole({ thoughts, words }: Script, { reasoning }: Speech): JsonObject {
  const content = words.length === 0 ? null : words.join('');
  if (reasoning === undefined || thoughts.length === 0) return { content };
  if (reasoning === 'content-parts') return { content: [...thoughts.map(thoughtPart), { type: 'text', text: content }] };
  return { content, [reasoning]: thoughts.join('') };
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

function finishOf({ calls, isTooLong }: Script, { stopWord = 'stop' }: Speech): string {
  if (isTooLong) return 'length';
  return calls.length > 0 ? 'tool_calls' : stopWord;
}

/** As it was published, this wire tells nothing of what a model thought but the number of tokens. */
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
