import type { ContentPart, FilePart, ImagePart, TextPart, ToolResultPart } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ConverseBlock, ConverseSource } from './wire.js';

/**
 * What one part is on this wire. What a caller adds in the provider's own words is a block of its own behind it, such as
 * `{ "cachePoint": { "type": "default" } }`.
 *
 * @throws MaestroError `request.invalid` for a picture or file without data, or of a kind that the wire does not know
 */
export function blocksFromPart(provider: string, part: ContentPart): readonly ConverseBlock[] {
  if (part.type === 'provider-part') return part.provider === provider ? [part.data] : [];
  const own = part.providerOptions?.[provider];
  const blocks = ownBlocks(provider, part);
  return own === undefined || blocks.length === 0 ? blocks : [...blocks, own];
}

function ownBlocks(provider: string, part: Exclude<ContentPart, { type: 'provider-part' }>): readonly ConverseBlock[] {
  switch (part.type) {
    case 'text':
      // The wire refuses empty texts.
      return part.text === '' ? [] : [{ text: part.text }];
    case 'image':
      return [imageBlock(part)];
    case 'file':
      return [fileBlock(part)];
    case 'reasoning':
      if (part.signature !== undefined) {
        return [{ reasoningContent: { reasoningText: { text: part.text ?? '', signature: part.signature } } }];
      }
      // Thinking goes back as it came or not at all.
      return part.encrypted === undefined ? [] : [{ reasoningContent: { redactedContent: Buffer.from(part.encrypted, 'base64') } }];
    case 'tool-call':
      return [{ toolUse: { toolUseId: wireCallId(part.callId), name: part.name, input: part.arguments } }];
    case 'tool-result':
      return [resultBlock(provider, part)];
  }
}

function resultBlock(provider: string, { callId, result, isError }: ToolResultPart): ConverseBlock {
  const content =
    typeof result === 'string'
      ? textBlocks(result)
      : result.flatMap((part: TextPart | ImagePart | FilePart) => blocksFromPart(provider, part));
  return {
    toolResult: {
      toolUseId: wireCallId(callId),
      content: content.length === 0 ? [{ text: '(empty)' }] : content,
      ...(isError === true && { status: 'error' }),
    },
  };
}

function textBlocks(text: string): readonly ConverseBlock[] {
  return text === '' ? [] : [{ text }];
}

const imageFormats: ReadonlyMap<string, string> = new Map(
  ['png', 'jpeg', 'gif', 'webp'].map((format) => [`image/${format}`, format] as const),
);

const documentFormats: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/plain', 'txt'],
  ['text/markdown', 'md'],
]);

function imageBlock(part: ImagePart | FilePart): ConverseBlock {
  const { mediaType, source } = sourceOf(part);
  return { image: { format: formatIn(imageFormats, mediaType, 'picture'), source } };
}

function fileBlock(part: FilePart): ConverseBlock {
  const { mediaType, source } = sourceOf(part);
  if (mediaType.startsWith('image/')) return imageBlock(part);
  return { document: { format: formatIn(documentFormats, mediaType, 'file'), name: documentName(part.filename), source } };
}

function formatIn(formats: ReadonlyMap<string, string>, mediaType: string, what: string): string {
  const format = formats.get(mediaType);
  if (format !== undefined) return format;
  throw new MaestroError('request.invalid', { problems: [`a ${what} must be one of ${[...formats.keys()].join(', ')}`] });
}

/** The wire takes letters, digits, single blanks, hyphens and brackets. */
function documentName(filename = 'document'): string {
  return (
    filename
      .replace(/[^A-Za-z\d\s()[\]-]/g, '-')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 200) || 'document'
  );
}

const dataUrl = /^data:([^;,]+);base64,/;

function sourceOf({ url, data, mediaType }: ImagePart | FilePart): { readonly mediaType: string; readonly source: ConverseSource } {
  const [head, inline] = dataUrl.exec(url ?? '') ?? [];
  if (url !== undefined && head !== undefined && inline !== undefined) {
    return { mediaType: inline, source: { bytes: Buffer.from(url.slice(head.length), 'base64') } };
  }
  if (url?.startsWith('s3://') === true && mediaType !== undefined) return { mediaType, source: { s3Location: { uri: url } } };
  if (data !== undefined && mediaType !== undefined) return { mediaType, source: { bytes: Buffer.from(data, 'base64') } };
  throw new MaestroError('request.invalid', {
    problems: ['a picture or file needs data (or an s3:// address) and mediaType on this wire'],
  });
}

/** The wire takes 64 letters, digits, `_` and `-`; calls that another provider named may hold more. */
function wireCallId(callId: string): string {
  return callId.replace(/[^\w-]/g, '_').slice(0, 64);
}
