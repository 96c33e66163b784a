import type {
  ContentPart,
  FilePart,
  ImagePart,
  JsonObject,
  ProviderOptions,
  ReasoningPart,
  TextPart,
  ToolResultPart,
} from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { BlockSource, DocumentBlock, ImageBlock, InputBlock, TextBlock, ToolResultBlock } from './wire.js';

/** What one part is on this wire: no block where the wire has no place for it (an empty text, reasoning that nobody signed). */
export function blocksFromPart(provider: string, part: ContentPart): readonly InputBlock[] {
  switch (part.type) {
    case 'text':
      return textBlocks(provider, part);
    case 'image':
      return [imageBlock(provider, part)];
    case 'file':
      return [fileBlock(provider, part)];
    case 'reasoning':
      return reasoningBlocks(part);
    case 'tool-call': {
      const caller = part.providerData?.['caller'];
      return [
        {
          type: 'tool_use',
          id: wireCallId(part.callId),
          name: part.name,
          input: part.arguments,
          ...(caller !== undefined && { caller }),
          ...extras(provider, part),
        },
      ];
    }
    case 'tool-result':
      return [toolResultBlock(provider, part)];
    case 'provider-part':
      return part.provider === provider ? [part.data] : [];
  }
}

/** The wire refuses empty texts. */
export function textBlocks(provider: string, part: TextPart): readonly TextBlock[] {
  return part.text === '' ? [] : [{ ...extras(provider, part), type: 'text', text: part.text }];
}

/**
 * Thinking goes back as it came or not at all: the wire takes it only under its own signature. What another provider thought is
 * left out.
 */
function reasoningBlocks({ text, signature, encrypted }: ReasoningPart): readonly InputBlock[] {
  if (signature !== undefined) return [{ type: 'thinking', thinking: text ?? '', signature }];
  return encrypted === undefined ? [] : [{ type: 'redacted_thinking', data: encrypted }];
}

function imageBlock(provider: string, part: ImagePart): ImageBlock {
  return { ...extras(provider, part), type: 'image', source: sourceOf(part, 'image') };
}

function fileBlock(provider: string, part: FilePart): ImageBlock | DocumentBlock {
  const source = sourceOf(part, 'file');
  if (part.mediaType?.startsWith('image/') === true) return { ...extras(provider, part), type: 'image', source };
  return { ...extras(provider, part), type: 'document', source, ...(part.filename !== undefined && { title: part.filename }) };
}

function toolResultBlock(provider: string, part: ToolResultPart): ToolResultBlock {
  const { callId, result, isError } = part;
  return {
    type: 'tool_result',
    tool_use_id: wireCallId(callId),
    content: typeof result === 'string' ? result : result.flatMap((part) => resultBlocks(provider, part)),
    ...(isError === true && { is_error: true }),
    ...extras(provider, part),
  };
}

function resultBlocks(provider: string, part: TextPart | ImagePart | FilePart): readonly (TextBlock | ImageBlock | DocumentBlock)[] {
  if (part.type === 'text') return textBlocks(provider, part);
  return [part.type === 'image' ? imageBlock(provider, part) : fileBlock(provider, part)];
}

const dataUrl = /^data:([^;,]+);base64,/;

function sourceOf(part: ImagePart | FilePart, kind: 'image' | 'file'): BlockSource {
  if (part.type === 'file' && part.fileId !== undefined) return { type: 'file', file_id: part.fileId };
  if (part.url !== undefined) return sourceFromUrl(part.url);
  if (part.data === undefined || part.mediaType === undefined) {
    throw new MaestroError('request.invalid', { problems: [`a part of type ${kind} needs url, or data and mediaType`] });
  }
  return sourceFromData(part.mediaType, part.data);
}

function sourceFromUrl(url: string): BlockSource {
  const [head, mediaType] = dataUrl.exec(url) ?? [];
  if (head === undefined || mediaType === undefined) return { type: 'url', url };
  return sourceFromData(mediaType, url.slice(head.length));
}

/** Text documents travel as text, all else in base64. */
function sourceFromData(mediaType: string, data: string): BlockSource {
  if (!mediaType.startsWith('text/')) return { type: 'base64', media_type: mediaType, data };
  return { type: 'text', media_type: 'text/plain', data: Buffer.from(data, 'base64').toString('utf8') };
}

/** Fields that only this wire has (`cache_control`, `citations`, `context`), in its own names. */
export function extras(provider: string, { providerOptions }: { readonly providerOptions?: ProviderOptions }): JsonObject {
  return providerOptions?.[provider] ?? {};
}

/** The wire takes letters, digits, `_` and `-`; calls that another provider named may hold more. */
function wireCallId(callId: string): string {
  return callId.replace(/[^\w-]/g, '_');
}
