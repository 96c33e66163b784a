import type { ChatMessage, ChatRequest, ContentPart, DecodedRequest, JsonObject } from '../../contracts/chat.js';
import type { FieldReader } from '../../kit/field-reader.js';
import { readRequest } from '../../kit/field-reader.js';
import type { Unsaid } from '../../kit/unsaid.js';
import { unsaidFor } from '../../kit/unsaid.js';
import type { CallIds } from './decoded-call-ids.js';
import { callIds } from './decoded-call-ids.js';
import { decodedCalling, decodedConfig, decodedTools, leftOver } from './decoded-config.js';
import { decodedPart } from './decoded-parts.js';

/** What stands in the path and not in the body. */
export interface GenerateContentCall {
  readonly model: string;
  readonly stream: boolean;
}

/**
 * What a client of this wire asks for. Names are taken in camel case and in snake case, as the vendor takes them.
 *
 * @param provider the one that will answer, where it speaks this wire too: what only the wire knows goes to it as it came. Left
 *   out, each such thing is noted by its path.
 * @throws MaestroError `request.invalid`, naming every field that cannot be read
 */
export function decodeGenerateContentRequest(
  body: unknown,
  provider: string | undefined,
  { model, stream }: GenerateContentCall,
): DecodedRequest {
  const read = (fields: FieldReader): ChatRequest => requestFrom(fields, model, unsaidFor(provider, fields.findings.notices));
  const { value, notices } = readRequest(body, read, inCamelCase);
  return { request: value, stream, notices };
}

function requestFrom(fields: FieldReader, model: string, unsaid: Unsaid): ChatRequest {
  const { provider } = unsaid;
  const messages = [...systemFrom(fields, unsaid), ...messagesFrom(fields, unsaid)];
  const calling = decodedCalling(fields.fields('toolConfig'), unsaid);
  const { tools, own: ownTools } = decodedTools(fields, unsaid, calling.isStrict);
  const config = decodedConfig(fields.fields('generationConfig'), unsaid);
  const options = { ...config.options, ...(calling.toolChoice !== undefined && { toolChoice: calling.toolChoice }) };
  const own: JsonObject = {
    ...leftOver(fields, unsaid),
    ...(ownTools.length > 0 && { tools: ownTools }),
    ...(Object.keys(calling.own).length > 0 && { toolConfig: calling.own }),
    ...(Object.keys(config.own).length > 0 && { generationConfig: config.own }),
  };
  return {
    model,
    messages,
    ...(tools.length > 0 && { tools }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(provider !== undefined && Object.keys(own).length > 0 && { providerOptions: { [provider]: own } }),
  };
}

function inCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function systemFrom(body: FieldReader, unsaid: Unsaid): readonly ChatMessage[] {
  const parts = body.fields('systemInstruction')?.list('parts') ?? [];
  const content = parts.flatMap((part) => decodedPart(part, unsaid, callIds()));
  return content.length === 0 ? [] : [{ role: 'system', content }];
}

function messagesFrom(body: FieldReader, unsaid: Unsaid): readonly ChatMessage[] {
  if (!body.has('contents')) body.refuse('contents', 'a list of contents');
  const ids = callIds();
  return body.list('contents').flatMap((content) => messageFrom(content, unsaid, ids));
}

function messageFrom(content: FieldReader, unsaid: Unsaid, ids: CallIds): readonly ChatMessage[] {
  const role = content.text('role') ?? 'user';
  if (role !== 'user' && role !== 'model' && role !== 'function') content.refuse('role', 'user or model');
  const parts = content.list('parts').flatMap((part) => decodedPart(part, unsaid, ids));
  content.finish();
  return role === 'model' ? [{ role: 'assistant', content: parts }] : turnsOf(parts);
}

/** Results stand in the user's contents here; ours keep them apart. */
function turnsOf(parts: readonly ContentPart[]): readonly ChatMessage[] {
  const turns: { readonly role: 'user' | 'tool'; readonly content: ContentPart[] }[] = [];
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(part);
    else turns.push({ role, content: [part] });
  }
  return turns;
}
