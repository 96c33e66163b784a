import type { ContentPart, FilePart, ImagePart, JsonObject, TextPart, ToolResultPart } from '../../contracts/chat.js';
import { carriedIn } from '../../kit/carried.js';
import type { FieldReader } from '../../kit/field-reader.js';
import type { Unsaid } from '../../kit/unsaid.js';

/** What a client's block means. No part: a block that is carried for a call, or that only this wire knows. */
export interface DecodedBlock {
  readonly part?: ContentPart;
  /** What another provider wants back with a call, by the call's id. */
  readonly carried?: { readonly callId: string; readonly providerData: JsonObject };
}

type MediaPart = TextPart | ImagePart | FilePart;

export function decodedBlock(block: FieldReader, unsaid: Unsaid): DecodedBlock {
  switch (block.needed('type')) {
    case 'thinking':
      return { part: thinkingPart(block) };
    case 'redacted_thinking':
      return redactedThinking(block);
    case 'tool_use':
      return { part: toolCall(block, unsaid) };
    case 'tool_result':
      return { part: toolResult(block, unsaid) };
  }
  const part = mediaPart(block, unsaid) ?? ownPart(block, unsaid);
  return part === undefined ? {} : { part };
}

/** A text, an image or a document; `undefined` for what is none of these, or comes from where only this wire looks. */
export function mediaPart(block: FieldReader, unsaid: Unsaid): MediaPart | undefined {
  switch (block.needed('type')) {
    case 'text':
      return { type: 'text', text: block.needed('text'), ...unsaid.optionsOf(block) };
    case 'image':
      return imagePart(block, unsaid);
    case 'document':
      return documentPart(block, unsaid);
    default:
      return undefined;
  }
}

function imagePart(block: FieldReader, unsaid: Unsaid): ImagePart | FilePart | undefined {
  const source = block.neededFields('source');
  const kind = source.needed('type');
  if (kind === 'base64') {
    const bytes = { mediaType: source.needed('media_type'), data: source.needed('data') };
    return { type: 'image', ...bytes, ...unsaid.optionsOf(block) };
  }
  if (kind === 'url') return { type: 'image', url: source.needed('url'), ...unsaid.optionsOf(block) };
  // The wire does not tell the format of a stored image; that it is one decides on the block.
  if (kind === 'file') return { type: 'file', fileId: source.needed('file_id'), mediaType: 'image/*', ...unsaid.optionsOf(block) };
  return undefined;
}

function documentPart(block: FieldReader, unsaid: Unsaid): FilePart | undefined {
  const place = documentSource(block.neededFields('source'));
  if (place === undefined) return undefined;
  const title = block.text('title');
  return { type: 'file', ...place, ...(title !== undefined && { filename: title }), ...unsaid.optionsOf(block) };
}

function documentSource(source: FieldReader): Pick<FilePart, 'data' | 'url' | 'fileId' | 'mediaType'> | undefined {
  switch (source.needed('type')) {
    case 'base64':
      return { data: source.needed('data'), mediaType: source.text('media_type') ?? 'application/pdf' };
    case 'text':
      return { data: Buffer.from(source.needed('data'), 'utf8').toString('base64'), mediaType: 'text/plain' };
    case 'url':
      return { url: source.needed('url') };
    case 'file':
      return { fileId: source.needed('file_id') };
    default:
      return undefined;
  }
}

/** Tools that ran with the provider, what they found, and kinds of blocks to come. */
function ownPart(block: FieldReader, unsaid: Unsaid): ContentPart | undefined {
  if (unsaid.provider !== undefined) return { type: 'provider-part', provider: unsaid.provider, data: block.whole() };
  unsaid.note(block.path);
  return undefined;
}

function thinkingPart(block: FieldReader): ContentPart {
  const text = block.text('thinking') ?? '';
  const signature = block.text('signature') ?? '';
  const carried = carriedIn(signature, block.pathOf('signature'));
  const marks = carried ?? (signature === '' ? {} : { signature });
  // A thought that nobody may read is signed all the same.
  return { type: 'reasoning', ...(text !== '' && { text }), ...reasoningMarks(marks) };
}

function redactedThinking(block: FieldReader): DecodedBlock {
  const data = block.needed('data');
  const carried = carriedIn(data, block.pathOf('data'));
  if (carried?.callId !== undefined) return { carried: { callId: carried.callId, providerData: carried.providerData ?? {} } };
  return { part: { type: 'reasoning', ...reasoningMarks(carried ?? { encrypted: data }) } };
}

interface Marks {
  readonly signature?: string;
  readonly encrypted?: string;
  readonly id?: string;
}

function reasoningMarks({ signature, encrypted, id }: Marks): Marks {
  return {
    ...(signature !== undefined && { signature }),
    ...(encrypted !== undefined && { encrypted }),
    ...(id !== undefined && { id }),
  };
}

function toolCall(block: FieldReader, unsaid: Unsaid): ContentPart {
  const caller = block.json('caller');
  return {
    type: 'tool-call',
    callId: block.needed('id'),
    name: block.needed('name'),
    arguments: block.json('input') ?? {},
    ...(caller !== undefined && { providerData: { caller } }),
    ...unsaid.optionsOf(block),
  };
}

function toolResult(block: FieldReader, unsaid: Unsaid): ToolResultPart {
  const isError = block.flag('is_error') === true;
  const callId = block.needed('tool_use_id');
  const { result, content } = resultOf(block, unsaid);
  const { providerOptions } = unsaid.optionsOf(block);
  const own = { ...(unsaid.provider !== undefined && providerOptions?.[unsaid.provider]), ...content };
  return {
    type: 'tool-result',
    callId,
    result,
    ...(isError && { isError }),
    ...(unsaid.provider !== undefined && Object.keys(own).length > 0 && { providerOptions: { [unsaid.provider]: own } }),
  };
}

interface DecodedResult {
  readonly result: ToolResultPart['result'];
  /** The content as it came, where only its provider can read all of it. */
  readonly content?: JsonObject;
}

function resultOf(block: FieldReader, unsaid: Unsaid): DecodedResult {
  const content = block.value('content');
  if (content === undefined) return { result: '' };
  if (typeof content === 'string') return { result: content };
  const items = block.list('content');
  const parts = items.map((item) => mediaPart(item, unsaid));
  const result = parts.filter((part) => part !== undefined);
  if (result.length === parts.length) return { result };
  if (unsaid.provider !== undefined) return { result, content: { content } };
  for (const [at, item] of items.entries()) if (parts[at] === undefined) unsaid.note(item.path);
  return { result };
}

/** The blocks of a field that may also be one text. */
export function blocksIn(fields: FieldReader, name: string): string | readonly FieldReader[] | undefined {
  const value = fields.value(name);
  if (value === undefined || typeof value === 'string') return value;
  if (Array.isArray(value)) return fields.list(name);
  fields.refuse(name, 'a text or a list of blocks');
  return [];
}
