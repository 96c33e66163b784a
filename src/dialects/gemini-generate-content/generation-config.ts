import type { ChatOptions, ReasoningOptions, ToolDefinition } from '../../contracts/chat.js';
import type { FunctionCallingConfig, GenerationConfig, ThinkingConfig, Tool } from './wire.js';

export function generationConfigFrom(options: ChatOptions, model: string): GenerationConfig | undefined {
  const config: GenerationConfig = {
    ...given('temperature', options.temperature),
    ...given('topP', options.topP),
    ...given('topK', options.topK),
    ...given('maxOutputTokens', options.maxTokens),
    ...given('stopSequences', options.stop),
    ...given('seed', options.seed),
    ...given('frequencyPenalty', options.frequencyPenalty),
    ...given('presencePenalty', options.presencePenalty),
    ...responseFormatFrom(options),
    ...logprobsFrom(options),
    ...given('thinkingConfig', thinkingFrom(options.reasoning, model)),
  };
  return Object.keys(config).length === 0 ? undefined : config;
}

function given<Name extends keyof GenerationConfig>(
  name: Name,
  value: GenerationConfig[Name] | undefined,
): Pick<GenerationConfig, Name> | object {
  return value === undefined ? {} : { [name]: value };
}

function responseFormatFrom({ responseFormat }: ChatOptions): GenerationConfig {
  if (responseFormat === undefined || responseFormat.type === 'text') return {};
  const json = { responseMimeType: 'application/json' };
  return responseFormat.type === 'json' ? json : { ...json, responseJsonSchema: responseFormat.schema };
}

function logprobsFrom({ logprobs }: ChatOptions): GenerationConfig {
  if (logprobs === undefined || logprobs === false) return {};
  return { responseLogprobs: true, ...(typeof logprobs === 'number' && { logprobs }) };
}

/** Tokens for each effort, as the provider's own OpenAI compatibility has them: https://ai.google.dev/gemini-api/docs/openai#thinking */
const budgetOfEffort = { none: 0, minimal: 1024, low: 1024, medium: 8192, high: 24_576 } as const;

function thinkingFrom(reasoning: ReasoningOptions | undefined, model: string): ThinkingConfig | undefined {
  if (reasoning === undefined) return undefined;
  const config: ThinkingConfig = {
    ...(reasoning.summary !== undefined && { includeThoughts: reasoning.summary }),
    ...depthFrom(reasoning, model),
  };
  return Object.keys(config).length === 0 ? undefined : config;
}

/** The models up to 2.5 take a budget, later ones a level (and a budget for old clients' sake); both at once are refused. */
function depthFrom({ effort, budget }: ReasoningOptions, model: string): ThinkingConfig {
  if (budget !== undefined) return { thinkingBudget: budget };
  if (effort === undefined) return {};
  const takesBudget = effort === 'none' || /(?:^|\/)gemini-[12]\b/.test(model);
  return takesBudget ? { thinkingBudget: budgetOfEffort[effort] } : { thinkingLevel: effort };
}

export function toolsFrom(tools: readonly ToolDefinition[], provider: string): readonly Tool[] {
  if (tools.length === 0) return [];
  const functionDeclarations = tools.map(({ name, description, parameters, providerOptions }) => ({
    name,
    ...(description !== undefined && { description }),
    parametersJsonSchema: parameters,
    ...providerOptions?.[provider],
  }));
  return [{ functionDeclarations }];
}

/** `undefined` where the provider's default says the same. */
export function functionCallingFrom({ toolChoice }: ChatOptions, tools: readonly ToolDefinition[]): FunctionCallingConfig | undefined {
  if (toolChoice === 'none') return { mode: 'NONE' };
  if (toolChoice === 'required') return { mode: 'ANY' };
  if (typeof toolChoice === 'object') return { mode: 'ANY', allowedFunctionNames: [toolChoice.name] };
  return tools.some(({ strict }) => strict === true) ? { mode: 'VALIDATED' } : undefined;
}
