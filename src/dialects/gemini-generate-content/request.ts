import type { ChatRequest, JsonObject, JsonValue } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
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
  return own === undefined ? body : (joined(body as unknown as JsonObject, own) as unknown as GenerateContentRequest);
}

/** Objects join field by field, lists end to end; anything else is replaced. */
function joined(ours: JsonObject, theirs: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...ours };
  for (const [name, value] of Object.entries(theirs)) {
    const before = result[name];
    if (isJsonObject(before) && isJsonObject(value)) result[name] = joined(before, value);
    else if (Array.isArray(before) && Array.isArray(value))
      result[name] = [...(before as readonly JsonValue[]), ...(value as readonly JsonValue[])];
    else result[name] = value;
  }
  return result;
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
