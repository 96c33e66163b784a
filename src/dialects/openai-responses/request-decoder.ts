import type { ChatOptions, DecodedRequest, ReasoningOptions, ResponseFormat, ToolChoice, ToolDefinition } from '../../contracts/chat.js';
import type { FieldReader } from '../../kit/field-reader.js';
import { defined, readRequest } from '../../kit/field-reader.js';
import { customToolParameters } from '../../kit/wire-parts.js';
import { effortFrom, endUserFrom, metadataFrom } from '../../kit/wire-words.js';
import { messagesFrom } from './request-decoder-items.js';

/** Fields that stand for a conversation which another provider keeps: without it, a different question would be answered. */
const keptElsewhere = ['previous_response_id', 'conversation', 'prompt'];

/**
 * Reads the body that a client sends to `POST /responses`. `provider`: whose `providerOptions` and parts hold what only this wire
 * has.
 *
 * @throws MaestroError `request.invalid`, naming every field that cannot be read
 */
export function decodeResponsesRequest(body: unknown, provider: string): DecodedRequest {
  const { value, notices } = readRequest(body, (fields) => {
    const model = fields.needed('model');
    refuseKept(fields);
    const messages = messagesFrom(fields, provider);
    const tools = fields.list('tools').flatMap((tool) => toolFrom(tool, provider));
    const options = optionsFrom(fields);
    const stream = fields.flag('stream') === true;
    fields.fields('stream_options')?.ignore('include_obfuscation');
    ignoreDefaults(fields);
    return {
      request: { model, messages, ...(tools.length > 0 && { tools }), ...(Object.keys(options).length > 0 && { options }) },
      stream,
    };
  });
  return { ...value, notices };
}

function refuseKept(fields: FieldReader): void {
  for (const name of keptElsewhere) {
    if (!fields.has(name)) continue;
    fields.ignore(name);
    fields.problem(`${name} cannot be used here: what it stands for is kept by another provider; send the items themselves`);
  }
}

/** What clients write out although it is what they get here. */
function ignoreDefaults(fields: FieldReader): void {
  if (fields.flag('store') === true) fields.notice('store');
  if (fields.flag('background') === true) fields.notice('background');
  if (fields.value('truncation') !== undefined && fields.value('truncation') !== 'disabled') fields.notice('truncation');
}

function toolFrom(fields: FieldReader, provider: string): readonly ToolDefinition[] {
  const type = fields.text('type');
  if (type !== 'function' && type !== 'custom') {
    fields.noticeWhole();
    return [];
  }
  const tool = type === 'function' ? functionFrom(fields) : customFrom(fields, provider);
  fields.finish();
  return [tool];
}

function functionFrom(fields: FieldReader): ToolDefinition {
  return {
    name: fields.needed('name'),
    ...defined({ description: fields.text('description'), strict: fields.flag('strict') }),
    parameters: fields.json('parameters') ?? { type: 'object', properties: {} },
  };
}

/** Offered as a function of one text to providers that know no such tools. */
function customFrom(fields: FieldReader, provider: string): ToolDefinition {
  const format = fields.json('format');
  if (format !== undefined) fields.notice('format');
  return {
    name: fields.needed('name'),
    ...defined({ description: fields.text('description') }),
    parameters: customToolParameters,
    providerOptions: { [provider]: { type: 'custom', ...(format !== undefined && { format }) } },
  };
}

function optionsFrom(fields: FieldReader): ChatOptions {
  return defined({
    temperature: fields.number('temperature'),
    topP: fields.number('top_p'),
    maxTokens: fields.number('max_output_tokens'),
    toolChoice: toolChoiceFrom(fields),
    parallelToolCalls: fields.flag('parallel_tool_calls'),
    responseFormat: responseFormatFrom(fields.fields('text')),
    reasoning: reasoningFrom(fields.fields('reasoning')),
    logprobs: logprobsFrom(fields),
    metadata: metadataFrom(fields),
    endUser: endUserFrom(fields),
  });
}

function toolChoiceFrom(fields: FieldReader): ToolChoice | undefined {
  const value = fields.value('tool_choice');
  if (value === undefined || value === 'auto' || value === 'none' || value === 'required') return value;
  const choice = fields.fields('tool_choice');
  if (choice === undefined) return undefined;
  const type = choice.text('type');
  if (type === 'function' || type === 'custom') return { name: choice.needed('name') };
  // Which of the tools may be chosen cannot be said; whether one must be can.
  const mode = type === 'allowed_tools' ? choice.text('mode') : undefined;
  if (mode !== 'auto' && mode !== 'required') {
    // A tool of the provider's own: it is not offered either.
    choice.noticeWhole();
    return undefined;
  }
  choice.finish();
  return mode;
}

function responseFormatFrom(text: FieldReader | undefined): ResponseFormat | undefined {
  const format = text?.fields('format');
  text?.finish();
  if (format === undefined) return undefined;
  const type = format.text('type');
  if (type === 'text') return { type };
  if (type === 'json_object') return { type: 'json' };
  if (type !== 'json_schema') {
    format.problem(`${format.path} must be of type text, json_object or json_schema`);
    return undefined;
  }
  const named = defined({ name: format.text('name'), strict: format.flag('strict') });
  const schema = format.json('schema') ?? {};
  format.finish();
  return { type: 'json-schema', ...named, schema };
}

function reasoningFrom(fields: FieldReader | undefined): ReasoningOptions | undefined {
  if (fields === undefined) return undefined;
  const effort = effortFrom(fields, 'effort');
  const summary = fields.text('summary');
  if (summary !== undefined && summary !== 'auto') fields.notice('summary');
  fields.finish();
  const reasoning = defined({ effort, summary: summary === undefined ? undefined : true });
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}

const logprobsWanted = 'message.output_text.logprobs';
/** What is given in any case. */
const given = new Set([logprobsWanted, 'reasoning.encrypted_content']);

function logprobsFrom(fields: FieldReader): boolean | number | undefined {
  const include = fields.texts('include') ?? [];
  if (include.some((name) => !given.has(name))) fields.notice('include');
  const top = fields.number('top_logprobs');
  return top ?? (include.includes(logprobsWanted) ? true : undefined);
}
