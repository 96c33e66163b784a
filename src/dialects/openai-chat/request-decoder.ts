import type { ChatOptions, DecodedRequest, ReasoningOptions, ResponseFormat, ToolChoice, ToolDefinition } from '../../contracts/chat.js';
import type { FieldReader } from '../../kit/field-reader.js';
import { defined, readRequest } from '../../kit/field-reader.js';
import { customToolParameters, ownOptions } from '../../kit/wire-parts.js';
import { effortFrom, endUserFrom, metadataFrom } from '../../kit/wire-words.js';
import { messagesFrom } from './request-decoder-messages.js';

export interface DecodedChatRequest extends DecodedRequest {
  /** Whether a stream ends with a chunk of usage. */
  readonly includeUsage: boolean;
}

/**
 * Reads the body that a client sends to `POST /chat/completions`. `provider`: whose `providerOptions` hold what only this wire
 * has.
 *
 * @throws MaestroError `request.invalid`, naming every field that cannot be read
 */
export function decodeChatRequest(body: unknown, provider: string): DecodedChatRequest {
  const { value, notices } = readRequest(body, (fields) => {
    const model = fields.needed('model');
    if (!fields.has('messages')) fields.problem('messages is missing');
    const messages = messagesFrom(fields.list('messages'), provider);
    const tools = fields.list('tools').flatMap((tool) => toolFrom(tool, provider));
    const options = optionsFrom(fields);
    const stream = fields.flag('stream') === true;
    const streamOptions = fields.fields('stream_options');
    const includeUsage = streamOptions?.flag('include_usage') === true;
    streamOptions?.ignore('include_obfuscation');
    streamOptions?.finish();
    ignoreDefaults(fields);
    return {
      request: { model, messages, ...(tools.length > 0 && { tools }), ...(Object.keys(options).length > 0 && { options }) },
      stream,
      includeUsage,
    };
  });
  return { ...value, notices };
}

/** What clients write out although it is what they would get. */
function ignoreDefaults(fields: FieldReader): void {
  if (fields.number('n') !== undefined && fields.number('n') !== 1) fields.notice('n');
  const modalities = fields.texts('modalities');
  if (modalities?.some((modality) => modality !== 'text') === true) fields.notice('modalities');
}

function toolFrom(fields: FieldReader, provider: string): readonly ToolDefinition[] {
  const type = fields.text('type') ?? 'function';
  if (type !== 'function' && type !== 'custom') {
    fields.noticeWhole();
    return [];
  }
  const body = fields.fields(type);
  if (body === undefined) {
    fields.problem(`${fields.pathOf(type)} is missing`);
    return [];
  }
  const tool = type === 'function' ? functionFrom(body) : customFrom(body, provider);
  const { providerOptions: own } = ownOptions(fields, provider, ['cache_control']);
  body.finish();
  fields.finish();
  return [
    own === undefined ? tool : { ...tool, providerOptions: { [provider]: { ...tool.providerOptions?.[provider], ...own[provider] } } },
  ];
}

function functionFrom(body: FieldReader): ToolDefinition {
  return {
    name: body.needed('name'),
    ...defined({ description: body.text('description'), strict: body.flag('strict') }),
    parameters: body.json('parameters') ?? { type: 'object', properties: {} },
  };
}

/** Offered as a function of one text to providers that know no such tools. */
function customFrom(body: FieldReader, provider: string): ToolDefinition {
  const format = body.json('format');
  if (format !== undefined) body.notice('format');
  return {
    name: body.needed('name'),
    ...defined({ description: body.text('description') }),
    parameters: customToolParameters,
    providerOptions: { [provider]: { type: 'custom', ...(format !== undefined && { format }) } },
  };
}

function optionsFrom(fields: FieldReader): ChatOptions {
  const maxTokens = fields.number('max_completion_tokens') ?? fields.number('max_tokens');
  fields.ignore('max_tokens');
  return defined({
    temperature: fields.number('temperature'),
    topP: fields.number('top_p'),
    topK: fields.number('top_k'),
    maxTokens,
    stop: stopFrom(fields),
    seed: fields.number('seed'),
    frequencyPenalty: fields.number('frequency_penalty'),
    presencePenalty: fields.number('presence_penalty'),
    toolChoice: toolChoiceFrom(fields),
    parallelToolCalls: fields.flag('parallel_tool_calls'),
    responseFormat: responseFormatFrom(fields),
    reasoning: reasoningFrom(fields),
    logprobs: logprobsFrom(fields),
    metadata: metadataFrom(fields),
    endUser: endUserFrom(fields),
  });
}

function stopFrom(fields: FieldReader): readonly string[] | undefined {
  const stop = fields.value('stop');
  return typeof stop === 'string' ? [stop] : fields.texts('stop');
}

function toolChoiceFrom(fields: FieldReader): ToolChoice | undefined {
  const value = fields.value('tool_choice');
  if (value === undefined || value === 'auto' || value === 'none' || value === 'required') return value;
  // What one vendor says for it.
  if (value === 'any') return 'required';
  const choice = fields.fields('tool_choice');
  if (choice === undefined) return undefined;
  const type = choice.text('type');
  if (type === 'function' || type === 'custom') return { name: choice.fields(type)?.needed('name') ?? '' };
  // Which of the tools may be chosen cannot be said; whether one must be can.
  const allowed = type === 'allowed_tools' ? choice.fields('allowed_tools') : undefined;
  const mode = allowed?.text('mode');
  allowed?.finish();
  if (mode === 'auto' || mode === 'required') return mode;
  fields.problem(`${fields.pathOf('tool_choice')} must be auto, none, required or name a tool`);
  return undefined;
}

function responseFormatFrom(fields: FieldReader): ResponseFormat | undefined {
  const format = fields.fields('response_format');
  if (format === undefined) return undefined;
  const type = format.text('type');
  format.ignore('json_schema');
  format.finish();
  if (type === 'text') return { type };
  if (type === 'json_object') return { type: 'json' };
  const schema = type === 'json_schema' ? format.fields('json_schema') : undefined;
  if (schema === undefined) {
    fields.problem(`${format.path} must be of type text, json_object or json_schema`);
    return undefined;
  }
  const { name, strict } = { name: schema.text('name'), strict: schema.flag('strict') };
  const result = { type: 'json-schema', ...defined({ name, strict }), schema: schema.json('schema') ?? {} } as const;
  schema.finish();
  return result;
}

/** `reasoning_effort`, or the object that vendors of several models made of it. */
function reasoningFrom(fields: FieldReader): ReasoningOptions | undefined {
  const own = fields.fields('reasoning');
  const effort = effortFrom(fields, 'reasoning_effort') ?? (own === undefined ? undefined : effortFrom(own, 'effort'));
  const budget = own?.number('max_tokens');
  if (own?.flag('enabled') === false) own.notice('enabled');
  own?.finish();
  const reasoning = defined({ effort, budget });
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}

function logprobsFrom(fields: FieldReader): boolean | number | undefined {
  const [asked, top] = [fields.flag('logprobs'), fields.number('top_logprobs')];
  return asked === true ? (top ?? true) : asked;
}
