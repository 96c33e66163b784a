import type {
  ChatMessage,
  ContentPart,
  FilePart,
  ImagePart,
  JsonObject,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { detailsOfCall, detailsOfThought } from './reasoning-details.js';
import type { ChatVendor } from './vendor.js';
import type { ChatWireMessage, ChatWirePart, ChatWireToolCall } from './wire.js';
import { isCustomTool } from './wire.js';

type MediaPart = ImagePart | FilePart;

/**
 * The messages as this wire says them. A tool's result is a message of its own and can only be text: pictures and files of
 * results follow in one message of the user, after the last result of the turn, since nothing may stand between results.
 */
export function encodeMessages(messages: readonly ChatMessage[], vendor: ChatVendor): readonly ChatWireMessage[] {
  const encoded: ChatWireMessage[] = [];
  let media: readonly ChatWirePart[] = [];
  const giveMedia = (): void => {
    if (media.length > 0) encoded.push({ role: 'user', content: media });
    media = [];
  };
  for (const message of messages) {
    const parts = partsOf(message);
    for (const result of parts.filter((part) => part.type === 'tool-result')) {
      encoded.push({ role: 'tool', tool_call_id: result.callId, content: textOf(result) });
      media = [...media, ...mediaOf(result).map((part) => encodePart(part, vendor))];
    }
    const rest = parts.filter((part) => part.type !== 'tool-result');
    if (rest.length === 0) continue;
    giveMedia();
    encoded.push(encodeMessage(message, rest, vendor));
  }
  giveMedia();
  return encoded;
}

type SpokenPart = Exclude<ContentPart, ToolResultPart>;

function partsOf({ content }: ChatMessage): readonly ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function encodeMessage(message: ChatMessage, parts: readonly SpokenPart[], vendor: ChatVendor): ChatWireMessage {
  switch (message.role) {
    case 'system':
      return { role: vendor.systemRole ?? 'system', content: joined(parts) };
    case 'assistant':
      return encodeAssistant(parts, vendor);
    case 'user':
    case 'tool':
      return { role: 'user', content: encodeContent(parts, vendor) };
  }
}

function encodeAssistant(parts: readonly SpokenPart[], vendor: ChatVendor): ChatWireMessage {
  const calls = parts.filter((part) => part.type === 'tool-call').map(encodeCall);
  const text = joined(parts);
  const thoughts = parts.map((part) => (part.type === 'reasoning' ? (part.text ?? '') : '')).join('');
  const details = vendor.takesReasoningDetails === true ? detailsOf(parts) : [];
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(vendor.takesReasoningBack === true && thoughts !== '' && { reasoning_content: thoughts }),
    ...(details.length > 0 && { reasoning_details: details }),
  };
}

function detailsOf(parts: readonly SpokenPart[]): readonly JsonObject[] {
  const thoughts = parts.filter((part) => part.type === 'reasoning');
  // Words alone prove nothing, and stand in a field of their own.
  const isProven = thoughts.some(({ signature, encrypted, id }) => (signature ?? encrypted ?? id) !== undefined);
  return [
    ...(isProven ? thoughts.flatMap((thought, block) => detailsOfThought(thought, block)) : []),
    ...parts.flatMap((part) => (part.type === 'tool-call' ? detailsOfCall(part.callId, part.providerData) : [])),
  ];
}

function encodeCall({ callId, name, arguments: given, providerData }: ToolCallPart): ChatWireToolCall {
  if (isCustomTool(providerData)) {
    const input = given['input'];
    return { id: callId, type: 'custom', custom: { name, input: typeof input === 'string' ? input : '' } };
  }
  return { id: callId, type: 'function', function: { name, arguments: JSON.stringify(given) } };
}

/** One text goes as a text: every vendor takes that. */
function encodeContent(parts: readonly SpokenPart[], vendor: ChatVendor): string | readonly ChatWirePart[] {
  const spoken = parts.filter((part) => part.type === 'text' || part.type === 'image' || part.type === 'file');
  const [first] = spoken;
  if (spoken.length === 1 && first?.type === 'text' && optionsOf(first, vendor) === undefined) return first.text;
  return spoken.map((part) => encodePart(part, vendor));
}

function encodePart(part: TextPart | MediaPart, vendor: ChatVendor): ChatWirePart {
  const options = optionsOf(part, vendor);
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...options };
    case 'image':
      // How closely to look at a picture stands inside, what else a vendor knows beside.
      return encodeImage(part, options ?? {});
    case 'file':
      return { ...encodeFile(part), ...options };
  }
}

function optionsOf(part: TextPart | MediaPart, vendor: ChatVendor): Readonly<Record<string, unknown>> | undefined {
  return vendor.provider === undefined ? undefined : part.providerOptions?.[vendor.provider];
}

function encodeImage({ url, data, mediaType }: ImagePart, { detail, ...options }: Readonly<Record<string, unknown>>): ChatWirePart {
  const address = url ?? dataUrl(mediaType ?? 'image/png', data ?? '');
  return { type: 'image_url', image_url: { url: address, ...(typeof detail === 'string' && { detail }) }, ...options };
}

function encodeFile({ url, data, fileId, mediaType, filename }: FilePart): ChatWirePart {
  if (url !== undefined) {
    throw new MaestroError('request.invalid', { problems: ['a file cannot be sent by URL in Chat Completions; send its data'] });
  }
  const audio = audioFormat(mediaType);
  if (audio !== undefined && data !== undefined) return { type: 'input_audio', input_audio: { data, format: audio } };
  if (fileId !== undefined) return { type: 'file', file: { file_id: fileId } };
  const file_data = dataUrl(mediaType ?? 'application/octet-stream', data ?? '');
  return { type: 'file', file: { filename: filename ?? 'file', file_data } };
}

/** `undefined` where this wire takes the file for no audio. */
function audioFormat(mediaType: string | undefined): string | undefined {
  const format = /^audio\/(?:x-)?(wav|mp3|mpeg)$/.exec(mediaType ?? '')?.[1];
  return format === 'mpeg' ? 'mp3' : format;
}

/** Whether a file is said as audio, which has no name on this wire. */
export function isAudio({ mediaType, data }: FilePart): boolean {
  return data !== undefined && audioFormat(mediaType) !== undefined;
}

function dataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`;
}

function joined(parts: readonly ContentPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function textOf({ result }: ToolResultPart): string {
  return typeof result === 'string' ? result : joined(result);
}

function mediaOf({ result }: ToolResultPart): readonly MediaPart[] {
  return typeof result === 'string' ? [] : result.filter((part) => part.type !== 'text');
}
