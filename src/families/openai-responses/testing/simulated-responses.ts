import type { JsonObject } from '../../../contracts/chat.js';
import type { Script, SimulatedCall, SimulatedTurn } from '../../openai-chat/testing/simulated-script.js';
import { cachedTokens, inputTokens, outputTokens, scriptOf } from '../../openai-chat/testing/simulated-script.js';
import type { SimulatedWire } from '../../openai-chat/testing/simulated-wire.js';
import { serverError } from '../../openai-chat/testing/simulated-wire.js';

/** An event or an item: all have a type. */
type Typed = JsonObject & { readonly type: string };

/** The events of a Responses answer, each as it stands on the wire. */
function responseEvents(turn: SimulatedTurn): readonly string[] {
  const script = scriptOf(turn);
  const started = responseOf(turn, 'in_progress', [], null);
  const ended = responseAnswer(turn);
  return numbered([
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
    ...itemsOf(script).flatMap(({ item, deltas }, output_index) => [
      { type: 'response.output_item.added', output_index, item: begun(item) },
      ...deltas.map((delta) => ({ ...delta, output_index, item_id: item['id'] ?? null })),
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: script.isTooLong ? 'response.incomplete' : 'response.completed', response: ended },
  ]);
}

export function responseAnswer(turn: SimulatedTurn): JsonObject {
  const script = scriptOf(turn);
  const output = itemsOf(script).map(({ item }) => item);
  return responseOf(turn, script.isTooLong ? 'incomplete' : 'completed', output, usageOf(script));
}

function unknownResponseEvent(): string {
  return eventOf({ type: 'response.hologram.delta', size: 3 });
}

function eventOf(data: Typed): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function numbered(events: readonly Typed[]): readonly string[] {
  return events.map(({ type, ...rest }, sequence_number) => eventOf({ type, sequence_number, ...rest }));
}

interface SimulatedItem {
  /** As it stands when it is whole. */
  readonly item: Typed;
  readonly deltas: readonly Typed[];
}

function itemsOf({ thoughts, words, refusal, calls }: Script): readonly SimulatedItem[] {
  return [
    ...(thoughts.length > 0 ? [reasoning(thoughts)] : []),
    ...(words.length + refusal.length > 0 ? [message(words, refusal)] : []),
    ...calls.map(functionCall),
  ];
}

function reasoning(thoughts: readonly string[]): SimulatedItem {
  return {
    item: {
      id: 'rs_simulated',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: thoughts.join('') }],
      encrypted_content: 'c2VhbGVkIGJ5IHRoZSBzaW11bGF0b3I=',
    },
    deltas: [
      { type: 'response.reasoning_summary_part.added', summary_index: 0, part: { type: 'summary_text', text: '' } },
      ...thoughts.map((delta) => ({ type: 'response.reasoning_summary_text.delta', summary_index: 0, delta })),
      { type: 'response.reasoning_summary_text.done', summary_index: 0, text: thoughts.join('') },
    ],
  };
}

function message(words: readonly string[], refusal: readonly string[]): SimulatedItem {
  const isRefused = refusal.length > 0;
  const text = (isRefused ? refusal : words).join('');
  const part: JsonObject = isRefused ? { type: 'refusal', refusal: text } : { type: 'output_text', text, annotations: [], logprobs: [] };
  const kind = isRefused ? 'refusal' : 'output_text';
  return {
    item: { id: 'msg_simulated', type: 'message', role: 'assistant', status: 'completed', content: [part] },
    deltas: [
      { type: 'response.content_part.added', content_index: 0, part: { ...part, [isRefused ? 'refusal' : 'text']: '' } },
      ...(isRefused ? refusal : words).map((delta) => ({ type: `response.${kind}.delta`, content_index: 0, delta })),
      { type: `response.${kind}.done`, content_index: 0, [isRefused ? 'refusal' : 'text']: text },
      { type: 'response.content_part.done', content_index: 0, part },
    ],
  };
}

function functionCall({ name, pieces }: SimulatedCall, at: number): SimulatedItem {
  const id = `fc_simulated_${String(at)}`;
  return {
    item: {
      id,
      type: 'function_call',
      status: 'completed',
      call_id: `call_simulated_${String(at)}`,
      name,
      arguments: pieces.join(''),
    },
    deltas: [
      ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', delta })),
      { type: 'response.function_call_arguments.done', name, arguments: pieces.join('') },
    ],
  };
}

/** An item as it stands when it begins. */
function begun({ type, ...item }: Typed): JsonObject {
  const blank: Readonly<Record<string, JsonObject>> = {
    reasoning: { summary: [], encrypted_content: null },
    message: { status: 'in_progress', content: [] },
    function_call: { status: 'in_progress', arguments: '' },
  };
  return { type, ...item, ...blank[type] };
}

function responseOf({ model }: SimulatedTurn, status: string, output: readonly JsonObject[], usage: JsonObject | null): JsonObject {
  return {
    id: 'resp_simulated',
    object: 'response',
    created_at: 1_750_000_000,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    model,
    output,
    usage,
  };
}

function usageOf(script: Script): JsonObject {
  const output = outputTokens(script);
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: script.thoughts.length },
    total_tokens: inputTokens + output,
  };
}

export const responses: SimulatedWire = {
  input: 'input',
  events: responseEvents,
  answer: responseAnswer,
  failure: () => eventOf({ type: 'error', sequence_number: 9, code: 'server_error', message: serverError.message, param: null }),
  stranger: unknownResponseEvent,
};
