import type { ChatRequest, JsonObject, JsonValue } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { isRecord } from '../../kit/read-body.js';
import { contentsFromMessages, systemInstructionFrom } from './contents.js';
import { functionCallingFrom, generationConfigFrom, toolsFrom } from './generation-config.js';
import type { GenerateContentRequest } from './wire.js';
import { isJsonObject } from './wire.js';

/**
 * The body for `generateContent` and `streamGenerateContent`; the model stands in the path (`modelPath`). What only this wire
 * knows (`safetySettings`, `cachedContent`, search tools, `generationConfig.responseModalities`) comes from the provider's own
 * `providerOptions`, in the wire's words, and joins what was made from the common options.
 *
 * @throws MaestroError `request.invalid` for a part that cannot be said: data without a media type, a result without a function
 */
export function encodeRequest(request: ChatRequest, provider: string): GenerateContentRequest {
  const { messages, model, tools = [], options = {} } = request;
  const systemInstruction = systemInstructionFrom(messages, provider);
  const generationConfig = generationConfigFrom(options, model);
  const functionCallingConfig = functionCallingFrom(options, tools);
  const body: GenerateContentRequest = {
    contents: contentsFromMessages(messages, provider),
    ...(systemInstruction && { systemInstruction }),
    ...(tools.length > 0 && { tools: toolsFrom(tools, provider) }),
    ...(functionCallingConfig && { toolConfig: { functionCallingConfig } }),
    ...(generationConfig && { generationConfig }),
  };
  const own = request.providerOptions?.[provider];
  // Whatever a caller adds in the wire's own words is for the provider to judge.
  return own === undefined ? body : joined(body, own);
}

/** Objects join field by field, lists end to end; anything else is replaced. */
function joined<T extends object>(ours: T, theirs: JsonObject): T {
  const before = new Map<string, unknown>(Object.entries(ours));
  const added = Object.entries(theirs).map(([name, value]) => [name, joinedValue(before.get(name), value)] as const);
  return { ...ours, ...Object.fromEntries(added) };
}

function joinedValue(ours: unknown, theirs: JsonValue): unknown {
  if (isRecord(ours) && isJsonObject(theirs)) return joined(ours, theirs);
  return Array.isArray(ours) && Array.isArray(theirs) ? [...(ours as readonly unknown[]), ...(theirs as readonly unknown[])] : theirs;
}

/**
 * Path of a model below the version: `gemini-2.5-flash` and `models/gemini-2.5-flash` are the same, `tunedModels/…` stays.
 *
 * @throws MaestroError `request.invalid` for a name that would leave the path
 */
export function modelPath(model: string): string {
  const segments = (model.includes('/') ? model : `models/${model}`).split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw new MaestroError('request.invalid', { problems: ['the model name has an empty part or one of dots'] });
  }
  return segments.map(encodeURIComponent).join('/');
}
