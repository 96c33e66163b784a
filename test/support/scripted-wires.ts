import { randomUUID } from 'node:crypto';

export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a scripted model says: a text, or one call of a tool. */
export type Said = { readonly text: string } | ToolCall;

export interface WireAnswer {
  readonly type: string;
  readonly text: string;
}

interface WireQuestion {
  readonly path: string;
  readonly body: unknown;
}

/** How one wire puts what a model says; only as much of it as clients need to go on. */
interface ScriptedWire {
  readonly path: RegExp;
  toolsOf(body: unknown): readonly string[];
  answer(said: Said, question: WireQuestion): WireAnswer;
}

type Json = Readonly<Record<string, unknown>>;

/** Clients take two answers of one id for one answer. */
function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

const model = 'scripted-model';

const messages: ScriptedWire = {
  path: /\/v1\/messages(\?.*)?$/,
  toolsOf: (body) => toolsIn(body).map(nameOf),
  answer(said, { body }) {
    const isCall = 'tool' in said;
    const block = isCall ? { type: 'tool_use', id: newId('toolu'), name: said.tool } : { type: 'text' };
    const usage = { input_tokens: 10, output_tokens: 5 };
    const stop = isCall ? 'tool_use' : 'end_turn';
    const message = { id: newId('msg'), type: 'message', role: 'assistant', model, stop_sequence: null };
    if (!isStreamed(body)) {
      const whole = isCall ? { ...block, input: said.input } : { ...block, text: said.text };
      return json({ ...message, content: [whole], stop_reason: stop, usage });
    }
    const empty = isCall ? { ...block, input: {} } : { ...block, text: '' };
    const delta = isCall ? { type: 'input_json_delta', partial_json: JSON.stringify(said.input) } : { type: 'text_delta', text: said.text };
    return named([
      { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: empty },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 5 } },
      { type: 'message_stop' },
    ]);
  },
};

const responses: ScriptedWire = {
  path: /\/responses$/,
  toolsOf: (body) => toolsIn(body).map(nameOf),
  answer(said, { body }) {
    const isCall = 'tool' in said;
    const item = isCall
      ? { id: newId('fc'), type: 'function_call', call_id: newId('call'), name: said.tool, arguments: JSON.stringify(said.input) }
      : { id: newId('msg'), type: 'message', role: 'assistant', content: [outputText(said.text)] };
    const done = { ...item, status: 'completed' };
    const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
    const begun = { id: newId('resp'), object: 'response', created_at: 1, model, status: 'in_progress', output: [] };
    const ended = { ...begun, status: 'completed', output: [done], usage };
    if (!isStreamed(body)) return json(ended);
    const place = { item_id: item.id, output_index: 0 };
    const inside = { ...place, content_index: 0 };
    const steps: readonly Json[] = isCall
      ? [
          { type: 'response.function_call_arguments.delta', ...place, delta: item.arguments },
          { type: 'response.function_call_arguments.done', ...place, arguments: item.arguments },
        ]
      : [
          { type: 'response.content_part.added', ...inside, part: outputText('') },
          { type: 'response.output_text.delta', ...inside, delta: said.text },
          { type: 'response.output_text.done', ...inside, text: said.text },
          { type: 'response.content_part.done', ...inside, part: outputText(said.text) },
        ];
    const opened = { ...item, ...(isCall ? { arguments: '' } : { content: [] }), status: 'in_progress' };
    const events: readonly Json[] = [
      { type: 'response.created', response: begun },
      { type: 'response.output_item.added', output_index: 0, item: opened },
      ...steps,
      { type: 'response.output_item.done', output_index: 0, item: done },
      { type: 'response.completed', response: ended },
    ];
    return named(events.map((event, at) => ({ ...event, sequence_number: at })));
  },
};

const chatCompletions: ScriptedWire = {
  path: /\/chat\/completions$/,
  toolsOf: (body) => toolsIn(body).map((tool) => nameOf(memberOf(tool, 'function'))),
  answer(said, { body }) {
    const isCall = 'tool' in said;
    const call = isCall && { id: newId('call'), type: 'function', function: { name: said.tool, arguments: JSON.stringify(said.input) } };
    const finish = isCall ? 'tool_calls' : 'stop';
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const head = { id: newId('chatcmpl'), created: 1, model };
    if (!isStreamed(body)) {
      const message = { role: 'assistant', ...(isCall ? { content: null, tool_calls: [call] } : { content: said.text }) };
      return json({ ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finish }], usage });
    }
    const delta = isCall ? { tool_calls: [{ index: 0, ...call }] } : { content: said.text };
    const chunk = { ...head, object: 'chat.completion.chunk' };
    return unnamed(
      [
        { ...chunk, choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }] },
        { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: finish }] },
        { ...chunk, choices: [], usage },
      ],
      'data: [DONE]\n\n',
    );
  },
};

const generateContent: ScriptedWire = {
  path: /:(?:streamG|g)enerateContent(\?.*)?$/,
  toolsOf: (body) =>
    toolsIn(body).flatMap((tool) => {
      const declared = memberOf(tool, 'functionDeclarations');
      return Array.isArray(declared) ? declared.map(nameOf) : [];
    }),
  answer(said, { path }) {
    const part = 'tool' in said ? { functionCall: { name: said.tool, args: said.input } } : { text: said.text };
    const answer = {
      candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
      modelVersion: model,
      responseId: newId('gen'),
    };
    return path.includes(':stream') ? unnamed([answer]) : json(answer);
  },
};

export const scriptedWires: readonly ScriptedWire[] = [messages, responses, chatCompletions, generateContent];

function outputText(text: string): Json {
  return { type: 'output_text', text, annotations: [] };
}

function json(value: Json): WireAnswer {
  return { type: 'application/json', text: JSON.stringify(value) };
}

function named(events: readonly Json[]): WireAnswer {
  const frames = events.map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`);
  return { type: 'text/event-stream', text: frames.join('') };
}

function unnamed(events: readonly Json[], end = ''): WireAnswer {
  return { type: 'text/event-stream', text: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') + end };
}

function isStreamed(body: unknown): boolean {
  return memberOf(body, 'stream') === true;
}

function toolsIn(body: unknown): readonly unknown[] {
  const tools = memberOf(body, 'tools');
  return Array.isArray(tools) ? tools : [];
}

function nameOf(value: unknown): string {
  const name = memberOf(value, 'name');
  return typeof name === 'string' ? name : '';
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
}
