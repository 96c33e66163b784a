import type { FilePart, JsonObject, JsonValue, ProviderOptions } from '../contracts/chat.js';
import { asJson } from './json-fields.js';
import { isRecord, jsonFrom } from './read-body.js';
import type { FieldReader } from './field-reader.js';

/** The address or the data of a picture or a file, where a wire says both in one text. */
export function sourceFrom(text: string): Pick<FilePart, 'url' | 'data' | 'mediaType'> {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(text) ?? [];
  return mediaType === undefined || data === undefined ? { url: text } : { data, mediaType };
}

/**
 * Options that the wire has on a part and others have not: kept for the wire's own provider, and named, since no other is told.
 */
export function ownOptions(
  fields: FieldReader,
  provider: string,
  names: readonly string[],
): { readonly providerOptions?: ProviderOptions } {
  const options: Record<string, JsonValue> = {};
  for (const name of names) {
    const value = fields.value(name);
    if (value === undefined) continue;
    options[name] = value;
    fields.notice(name);
  }
  return Object.keys(options).length === 0 ? {} : { providerOptions: { [provider]: options } };
}

/** How a tool that takes free text is offered where there are only functions. */
export const customToolParameters: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
};

/** A call's arguments as an object. */
export function argumentsFrom(fields: FieldReader, name: string): JsonObject {
  const text = fields.text(name) ?? '';
  if (text.trim() === '') return {};
  const value = jsonFrom(text);
  if (isRecord(value)) return asJson(value);
  fields.problem(`${fields.pathOf(name)} must be a JSON object, as text`);
  return {};
}
