import type {
  ChatMessage,
  ContentPart,
  FilePart,
  ImagePart,
  JsonObject,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../contracts/chat.js';
import type { ResponsesVendor } from './vendor.js';
import type { ResponsesWireItem, ResponsesWirePart, ResponsesWireThought } from './wire.js';
import { isCustomTool } from './wire.js';

type InputPart = TextPart | ImagePart | FilePart;

/** A conversation as items, in the order in which it was said. */
export function encodeItems(messages: readonly ChatMessage[], vendor: ResponsesVendor): readonly ResponsesWireItem[] {
  const customCalls = customCallsIn(messages);
  return messages.flatMap((message) => encodeMessage(message, vendor, customCalls));
}

/** The result of a custom tool is an item of another type than that of a function. */
function customCallsIn(messages: readonly ChatMessage[]): ReadonlySet<string> {
  const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  return new Set(parts.flatMap((part) => (part.type === 'tool-call' && isCustom(part) ? [part.callId] : [])));
}

function isCustom({ providerData }: ToolCallPart): boolean {
  return isCustomTool(providerData);
}

function encodeMessage(
  { role, content }: ChatMessage,
  vendor: ResponsesVendor,
  customCalls: ReadonlySet<string>,
): readonly ResponsesWireItem[] {
  const speaker = role === 'tool' ? 'user' : role;
  if (typeof content === 'string') return [{ role: speaker, content }];
  const items: ResponsesWireItem[] = [];
  for (const group of grouped(content)) {
    const [first] = group;
    if (first === undefined) continue;
    if (first.type === 'reasoning') items.push(...encodeReasoning(group.filter(isReasoning), vendor));
    else if (first.type === 'tool-call') items.push(encodeCall(first));
    else if (first.type === 'tool-result') items.push(encodeResult(first, vendor, customCalls));
    else if (first.type === 'provider-part') items.push(...(first.provider === vendor.provider ? [first.data] : []));
    else items.push({ role: speaker, content: encodeContent(group.filter(isInput), speaker, vendor) });
  }
  return items;
}

/** Neighbours that are one item on the wire: what is said in a row, and the pieces of one thought. */
export function grouped(parts: readonly ContentPart[]): readonly (readonly ContentPart[])[] {
  const groups: ContentPart[][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    const previous = last?.at(-1);
    if (last !== undefined && previous !== undefined && belongTogether(previous, part)) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

function belongTogether(a: ContentPart, b: ContentPart): boolean {
  if (a.type === 'reasoning' && b.type === 'reasoning') return a.id !== undefined && a.id === b.id;
  return isInput(a) && isInput(b);
}

function isInput(part: ContentPart): part is InputPart {
  return part.type === 'text' || part.type === 'image' || part.type === 'file';
}

export function isReasoning(part: ContentPart): part is ReasoningPart {
  return part.type === 'reasoning';
}

/**
 * A thought that the provider neither keeps nor gave in encrypted form cannot be sent back, nor can one of another provider,
 * which has no id: they would be refused.
 */
export function encodeReasoning(parts: readonly ReasoningPart[], { store }: ResponsesVendor): readonly ResponsesWireThought[] {
  const id = parts.find((part) => part.id !== undefined)?.id;
  const encrypted = parts.findLast((part) => part.encrypted !== undefined)?.encrypted;
  if (id === undefined || (encrypted === undefined && store !== true)) return [];
  const texts = parts.map(({ text }) => text ?? '').filter((text) => text !== '');
  return [
    {
      type: 'reasoning',
      id,
      summary: texts.map((text) => ({ type: 'summary_text', text })),
      ...(encrypted !== undefined && { encrypted_content: encrypted }),
    },
  ];
}

function encodeCall(part: ToolCallPart): ResponsesWireItem {
  const { callId, name, arguments: given, providerData } = part;
  if (isCustom(part)) {
    const input = given['input'];
    return { type: 'custom_tool_call', call_id: callId, name, input: typeof input === 'string' ? input : '' };
  }
  // What another provider wants back with its calls is no business of this one.
  const { namespace, caller } = providerData ?? {};
  return {
    type: 'function_call',
    call_id: callId,
    name,
    arguments: JSON.stringify(given),
    ...(namespace !== undefined && { namespace }),
    ...(caller !== undefined && { caller }),
  };
}

function encodeResult({ callId, result }: ToolResultPart, vendor: ResponsesVendor, customCalls: ReadonlySet<string>): ResponsesWireItem {
  const output = typeof result === 'string' ? result : result.map((part) => encodePart(part, 'input_text', vendor));
  return { type: customCalls.has(callId) ? 'custom_tool_call_output' : 'function_call_output', call_id: callId, output };
}

function encodeContent(
  parts: readonly InputPart[],
  role: 'system' | 'user' | 'assistant',
  vendor: ResponsesVendor,
): string | readonly ResponsesWirePart[] {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text') return first.text;
  return parts.map((part) => encodePart(part, role === 'assistant' ? 'output_text' : 'input_text', vendor));
}

function encodePart(part: InputPart, textType: 'input_text' | 'output_text', vendor: ResponsesVendor): ResponsesWirePart {
  const options: JsonObject = (vendor.provider === undefined ? undefined : part.providerOptions?.[vendor.provider]) ?? {};
  switch (part.type) {
    case 'text':
      return { type: textType, text: part.text };
    case 'image':
      return { type: 'input_image', image_url: part.url ?? dataUrl(part.mediaType ?? 'image/png', part.data ?? ''), ...options };
    case 'file':
      return { ...encodeFile(part), ...options };
  }
}

function encodeFile({ url, data, fileId, mediaType, filename }: FilePart): ResponsesWirePart {
  const isImage = mediaType?.startsWith('image/') === true;
  if (fileId !== undefined) return { type: isImage ? 'input_image' : 'input_file', file_id: fileId };
  if (url !== undefined) return { type: 'input_file', file_url: url };
  return { type: 'input_file', filename: filename ?? 'file', file_data: dataUrl(mediaType ?? 'application/octet-stream', data ?? '') };
}

function dataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`;
}
