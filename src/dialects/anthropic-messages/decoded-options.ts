import type { ChatOptions, JsonObject, ReasoningOptions, ResponseFormat, ToolChoice, ToolDefinition } from '../../contracts/chat.js';
import type { FieldReader } from '../../kit/field-reader.js';
import type { Unsaid } from '../../kit/unsaid.js';

/** Options of ours, and fields that our options say only in part: as they came, for a provider that reads this wire. */
export interface DecodedOptions {
  readonly options: ChatOptions;
  readonly own: JsonObject;
}

export function decodedOptions(body: FieldReader, unsaid: Unsaid): DecodedOptions {
  const own: Record<string, JsonObject> = {};
  const keep: Keep = (name, lost) => {
    const whole = body.json(name);
    if (unsaid.provider !== undefined && whole !== undefined) own[name] = whole;
    else if (lost !== undefined) unsaid.note(lost);
  };
  const options: ChatOptions = {
    ...given('maxTokens', body.number('max_tokens')),
    ...given('temperature', body.number('temperature')),
    ...given('topP', body.number('top_p')),
    ...given('topK', body.number('top_k')),
    ...given('stop', body.texts('stop_sequences')),
    ...toolChoiceFrom(body.fields('tool_choice')),
    ...given('responseFormat', formatFrom(body)),
    ...given('reasoning', reasoningFrom(body, keep)),
    ...given('endUser', endUserFrom(body, keep)),
  };
  return { options, own };
}

/** Gives a field to its provider as it came. Another loses `lost`, the path of what it cannot be told in other words. */
type Keep = (name: string, lost?: string) => void;

function given<Name extends keyof ChatOptions>(name: Name, value: ChatOptions[Name] | undefined): Pick<ChatOptions, Name> | object {
  return value === undefined ? {} : { [name]: value };
}

function toolChoiceFrom(choice: FieldReader | undefined): Pick<ChatOptions, 'toolChoice' | 'parallelToolCalls'> {
  if (choice === undefined) return {};
  const single = choice.flag('disable_parallel_tool_use');
  return { toolChoice: choiceOf(choice), ...(single !== undefined && { parallelToolCalls: !single }) };
}

function choiceOf(choice: FieldReader): ToolChoice {
  switch (choice.needed('type')) {
    case 'auto':
      return 'auto';
    case 'none':
      return 'none';
    case 'any':
      return 'required';
    case 'tool':
      return { name: choice.needed('name') };
    default:
      choice.refuse('type', 'auto, any, tool or none');
      return 'auto';
  }
}

/** `output_format` is what the field was called in its beta. */
function formatFrom(body: FieldReader): ResponseFormat | undefined {
  const format = body.fields('output_config')?.fields('format') ?? body.fields('output_format');
  if (format === undefined) return undefined;
  if (format.needed('type') !== 'json_schema') {
    format.refuse('type', 'json_schema');
    return undefined;
  }
  return { type: 'json-schema', schema: format.neededFields('schema').whole() };
}

const efforts: readonly string[] = ['low', 'medium', 'high'];
const configFields: readonly string[] = ['effort', 'format'];

function reasoningFrom(body: FieldReader, keep: Keep): ReasoningOptions | undefined {
  const thinking = body.fields('thinking');
  const config = body.fields('output_config');
  const way = thinking && thinkingFrom(thinking, keep);
  const effort = config?.text('effort');
  const isAdaptive = thinking?.text('type') === 'adaptive';
  const others = Object.keys(config?.whole() ?? {}).filter((name) => !configFields.includes(name));
  for (const name of others) keep('output_config', `output_config.${name}`);
  if (effort === undefined) return way;
  const isKnown = efforts.includes(effort);
  if (!isKnown) keep('output_config', 'output_config.effort');
  // An effort without thinking, or beside a budget, is said by this wire alone; what others know is how hard to think.
  else if (!isAdaptive) keep('output_config');
  return way?.effort === 'none' ? way : { ...way, effort: isKnown ? nearestEffort(effort) : 'high' };
}

function nearestEffort(effort: string): 'low' | 'medium' | 'high' {
  return effort === 'low' || effort === 'medium' ? effort : 'high';
}

function thinkingFrom(thinking: FieldReader, keep: Keep): ReasoningOptions {
  const display = thinking.text('display');
  const type = thinking.needed('type');
  if (display !== undefined && display !== 'summarized') keep('thinking', thinking.pathOf('display'));
  const summary = display === undefined ? {} : { summary: display !== 'omitted' };
  switch (type) {
    case 'enabled': {
      const budget = thinking.number('budget_tokens');
      if (budget === undefined) thinking.refuse('budget_tokens', 'a number');
      return { ...(budget !== undefined && { budget }), ...summary };
    }
    case 'disabled':
      return { effort: 'none' };
    case 'adaptive':
      return { ...summary };
    default:
      keep('thinking', thinking.path);
      return {};
  }
}

function endUserFrom(body: FieldReader, keep: Keep): string | undefined {
  const metadata = body.fields('metadata');
  const user = metadata?.text('user_id');
  const others = Object.keys(metadata?.rest() ?? {});
  for (const name of others) keep('metadata', `metadata.${name}`);
  return user;
}

/** Functions; tools that run with the provider are in its own words, or noted. */
export function decodedTools(
  body: FieldReader,
  unsaid: Unsaid,
): { readonly tools: readonly ToolDefinition[]; readonly own: readonly JsonObject[] } {
  const tools: ToolDefinition[] = [];
  const own: JsonObject[] = [];
  for (const tool of body.list('tools')) {
    const type = tool.text('type');
    if (type === undefined || type === 'custom') tools.push(functionFrom(tool, unsaid));
    else if (unsaid.provider === undefined) unsaid.note(tool.path);
    else own.push(tool.whole());
  }
  return { tools, own };
}

function functionFrom(tool: FieldReader, unsaid: Unsaid): ToolDefinition {
  const description = tool.text('description');
  const strict = tool.flag('strict');
  return {
    name: tool.needed('name'),
    ...(description !== undefined && { description }),
    parameters: tool.json('input_schema') ?? {},
    ...(strict !== undefined && { strict }),
    ...unsaid.optionsOf(tool),
  };
}
