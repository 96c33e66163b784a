import type { ChatMessage, ContentPart, DecodedRequest, JsonObject } from '../../contracts/chat.js';
import type { RequestFields } from '../../kit/request-fields.js';
import { invalidField, requestFields } from '../../kit/request-fields.js';
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
 * @throws MaestroError `request.invalid` with the path of the field
 */
export function decodeGenerateContentRequest(
  body: unknown,
  provider: string | undefined,
  { model, stream }: GenerateContentCall,
): DecodedRequest {
  const fields = requestFields(body, inCamelCase);
  const unsaid = unsaidFor(provider);
  const messages = [...systemFrom(fields, unsaid), ...messagesFrom(fields, unsaid)];
  const calling = decodedCalling(fields.object('toolConfig'), unsaid);
  const { tools, own: ownTools } = decodedTools(fields, unsaid, calling.isStrict);
  const config = decodedConfig(fields.object('generationConfig'), unsaid);
  const options = { ...config.options, ...(calling.toolChoice !== undefined && { toolChoice: calling.toolChoice }) };
  const own: JsonObject = {
    ...leftOver(fields, unsaid),
    ...(ownTools.length > 0 && { tools: ownTools }),
    ...(Object.keys(calling.own).length > 0 && { toolConfig: calling.own }),
    ...(Object.keys(config.own).length > 0 && { generationConfig: config.own }),
  };
  return {
    request: {
      model,
      messages,
      ...(tools.length > 0 && { tools }),
      ...(Object.keys(options).length > 0 && { options }),
      ...(provider !== undefined && Object.keys(own).length > 0 && { providerOptions: { [provider]: own } }),
    },
    stream,
    notices: unsaid.notices,
  };
}

function inCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function systemFrom(body: RequestFields, unsaid: Unsaid): readonly ChatMessage[] {
  const parts = body.object('systemInstruction')?.objects('parts') ?? [];
  const content = parts.flatMap((part) => decodedPart(part, unsaid, callIds()));
  return content.length === 0 ? [] : [{ role: 'system', content }];
}

function messagesFrom(body: RequestFields, unsaid: Unsaid): readonly ChatMessage[] {
  const contents = body.objects('contents');
  if (contents === undefined) throw invalidField(body.pathOf('contents'), 'a list of contents');
  const ids = callIds();
  return contents.flatMap((content) => messageFrom(content, unsaid, ids));
}

function messageFrom(content: RequestFields, unsaid: Unsaid, ids: CallIds): readonly ChatMessage[] {
  const role = content.text('role') ?? 'user';
  if (role !== 'user' && role !== 'model' && role !== 'function') throw invalidField(content.pathOf('role'), 'user or model');
  const parts = (content.objects('parts') ?? []).flatMap((part) => decodedPart(part, unsaid, ids));
  for (const name of Object.keys(content.rest())) unsaid.note(content.pathOf(name));
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
