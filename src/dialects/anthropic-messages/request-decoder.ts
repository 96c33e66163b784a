import type { DecodedRequest, JsonObject } from '../../contracts/chat.js';
import type { FieldReader } from '../../kit/field-reader.js';
import { readRequest } from '../../kit/field-reader.js';
import type { Unsaid } from '../../kit/unsaid.js';
import { unsaidFor } from '../../kit/unsaid.js';
import { decodedMessages, decodedSystem } from './decoded-messages.js';
import { decodedOptions, decodedTools } from './decoded-options.js';

/**
 * What a client of the Messages wire asks for.
 *
 * @param provider the one that will answer, where it speaks this wire too: what only the wire knows goes to it as it came. Left
 *   out, each such thing is noted by its path.
 * @param betas the words of the `anthropic-beta` header
 * @throws MaestroError `request.invalid`, naming every field that cannot be read
 */
export function decodeMessagesRequest(body: unknown, provider?: string, betas: readonly string[] = []): DecodedRequest {
  const { value, notices } = readRequest(body, (fields) => requestFrom(fields, unsaidFor(provider, fields.findings.notices), betas));
  return { ...value, notices };
}

function requestFrom(fields: FieldReader, unsaid: Unsaid, betas: readonly string[]): Omit<DecodedRequest, 'notices'> {
  const { provider } = unsaid;
  const model = fields.needed('model');
  const stream = fields.flag('stream') ?? false;
  const messages = [...decodedSystem(fields, unsaid), ...decodedMessages(fields, unsaid)];
  const { tools, own: ownTools } = decodedTools(fields, unsaid);
  const { options, own } = decodedOptions(fields, unsaid);
  const words = { ...(ownTools.length > 0 && { tools: ownTools }), ...betasFor(betas, unsaid), ...own };
  const providerOptions = provider === undefined ? unsaid.optionsOf(fields) : providerOptionsFrom(provider, { ...fields.rest(), ...words });
  return {
    request: {
      model,
      messages,
      ...(tools.length > 0 && { tools }),
      ...(Object.keys(options).length > 0 && { options }),
      ...providerOptions,
    },
    stream,
  };
}

function providerOptionsFrom(provider: string, own: JsonObject): { readonly providerOptions?: Readonly<Record<string, JsonObject>> } {
  return Object.keys(own).length === 0 ? {} : { providerOptions: { [provider]: own } };
}

function betasFor(betas: readonly string[], unsaid: Unsaid): JsonObject {
  if (betas.length === 0) return {};
  if (unsaid.provider === undefined) unsaid.note('anthropic-beta');
  return { betas };
}
