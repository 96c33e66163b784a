import type { ChatOptions, JsonObject, ReasoningOptions, ResponseFormat, ToolChoice, ToolDefinition } from '../../contracts/chat.js';
import type { FieldReader } from '../../kit/field-reader.js';
import type { Unsaid } from '../../kit/unsaid.js';
import { schemaFromWire } from './schema.js';

/** What is left of an object that was read in part: for the provider, in its place, or noted. */
export function leftOver(fields: FieldReader | undefined, unsaid: Unsaid): JsonObject {
  const rest = fields?.rest() ?? {};
  if (unsaid.provider !== undefined) return rest;
  for (const name of Object.keys(rest)) if (fields !== undefined) unsaid.note(fields.pathOf(name));
  return {};
}

export interface DecodedConfig {
  readonly options: ChatOptions;
  readonly own: JsonObject;
}

export function decodedConfig(config: FieldReader | undefined, unsaid: Unsaid): DecodedConfig {
  if (config === undefined) return { options: {}, own: {} };
  const thinking = config.fields('thinkingConfig');
  const reasoning = thinking && reasoningFrom(thinking);
  const options: ChatOptions = {
    ...given('temperature', config.number('temperature')),
    ...given('topP', config.number('topP')),
    ...given('topK', config.number('topK')),
    ...given('maxTokens', config.number('maxOutputTokens')),
    ...given('stop', config.texts('stopSequences')),
    ...given('seed', config.number('seed')),
    ...given('frequencyPenalty', config.number('frequencyPenalty')),
    ...given('presencePenalty', config.number('presencePenalty')),
    ...given('responseFormat', formatFrom(config)),
    ...given('logprobs', logprobsFrom(config)),
    ...given('reasoning', reasoning),
  };
  const thoughts = leftOver(thinking, unsaid);
  const own = { ...leftOver(config, unsaid), ...(Object.keys(thoughts).length > 0 && { thinkingConfig: thoughts }) };
  return { options, own };
}

function given<Name extends keyof ChatOptions>(name: Name, value: ChatOptions[Name] | undefined): Pick<ChatOptions, Name> | object {
  return value === undefined ? {} : { [name]: value };
}

const json = 'application/json';

/** Other forms than JSON are this wire's own, and stay where they are. */
function formatFrom(config: FieldReader): ResponseFormat | undefined {
  const kind = config.peek('responseMimeType');
  if (kind !== json && kind !== 'text/plain') return undefined;
  config.text('responseMimeType');
  if (kind !== json) return { type: 'text' };
  const schema = config.json('responseJsonSchema');
  const old = schema === undefined ? config.json('responseSchema') : undefined;
  const whole = schema ?? (old && schemaFromWire(old));
  return whole === undefined ? { type: 'json' } : { type: 'json-schema', schema: whole };
}

function logprobsFrom(config: FieldReader): ChatOptions['logprobs'] {
  const isAsked = config.flag('responseLogprobs');
  const count = config.number('logprobs');
  return isAsked === true ? (count ?? true) : isAsked;
}

const levels = ['minimal', 'low', 'medium', 'high'] as const;

/** A budget of 0 is no thinking; one of -1 leaves it to the model, which only this wire says. */
function reasoningFrom(thinking: FieldReader): ReasoningOptions {
  const summary = thinking.flag('includeThoughts');
  const word = thinking.peek('thinkingLevel');
  const level = levels.find((known) => typeof word === 'string' && word.toLowerCase() === known);
  if (level !== undefined) thinking.text('thinkingLevel');
  const tokens = thinking.peek('thinkingBudget');
  const budget = typeof tokens === 'number' && tokens < 0 ? undefined : thinking.number('thinkingBudget');
  return {
    ...(level !== undefined && { effort: level }),
    ...(budget === 0 ? { effort: 'none' as const } : budget !== undefined && { budget }),
    ...(summary !== undefined && { summary }),
  };
}

export interface DecodedTools {
  readonly tools: readonly ToolDefinition[];
  readonly own: readonly JsonObject[];
}

/** Functions; a tool that runs with the provider stands beside them in the same list. */
export function decodedTools(body: FieldReader, unsaid: Unsaid, isStrict: boolean): DecodedTools {
  const entries = body.list('tools');
  const tools = entries.flatMap((entry) => entry.list('functionDeclarations').map((tool) => functionFrom(tool, unsaid, isStrict)));
  const own = entries.map((entry) => leftOver(entry, unsaid)).filter((entry) => Object.keys(entry).length > 0);
  return { tools, own };
}

function functionFrom(tool: FieldReader, unsaid: Unsaid, isStrict: boolean): ToolDefinition {
  const description = tool.text('description');
  const schema = tool.json('parametersJsonSchema');
  const old = schema === undefined ? tool.json('parameters') : undefined;
  return {
    name: tool.needed('name'),
    ...(description !== undefined && { description }),
    parameters: schema ?? (old === undefined ? { type: 'object', properties: {} } : schemaFromWire(old)),
    ...(isStrict && { strict: true }),
    ...unsaid.optionsOf(tool),
  };
}

export interface DecodedCalling {
  readonly toolChoice?: ToolChoice;
  /** Arguments are held to their schema. */
  readonly isStrict: boolean;
  readonly own: JsonObject;
}

export function decodedCalling(config: FieldReader | undefined, unsaid: Unsaid): DecodedCalling {
  const calling = config?.fields('functionCallingConfig');
  const mode = calling?.text('mode')?.toUpperCase();
  const names = calling?.peek('allowedFunctionNames');
  const [only, ...more] = Array.isArray(names) ? (names as readonly unknown[]) : [];
  const isOne = mode === 'ANY' && typeof only === 'string' && more.length === 0;
  if (isOne) calling?.texts('allowedFunctionNames');
  const toolChoice = isOne ? { name: only } : choiceFrom(mode, calling);
  const inner = leftOver(calling, unsaid);
  const own = { ...leftOver(config, unsaid), ...(Object.keys(inner).length > 0 && { functionCallingConfig: inner }) };
  return { ...(toolChoice !== undefined && { toolChoice }), isStrict: mode === 'VALIDATED', own };
}

function choiceFrom(mode: string | undefined, calling: FieldReader | undefined): ToolChoice | undefined {
  switch (mode) {
    case undefined:
    case 'VALIDATED':
    case 'MODE_UNSPECIFIED':
      return undefined;
    case 'AUTO':
      return 'auto';
    case 'ANY':
      return 'required';
    case 'NONE':
      return 'none';
    default:
      calling?.refuse('mode', 'AUTO, ANY, NONE or VALIDATED');
      return undefined;
  }
}
