import type { ChatMessage, ContentPart, FilePart, ImagePart, JsonObject, TextPart, ToolCallPart } from '../../contracts/chat.js';
import type { FieldReader } from '../../kit/field-reader.js';
import { defined } from '../../kit/field-reader.js';
import { argumentsFrom, ownOptions, sourceFrom } from '../../kit/wire-parts.js';
import type { Thought } from './reasoning-details.js';
import { detailsFrom } from './reasoning-details.js';

type InputPart = TextPart | ImagePart | FilePart;

export function messagesFrom(list: readonly FieldReader[], provider: string): readonly ChatMessage[] {
  return list.flatMap((fields) => {
    const message = messageFrom(fields, provider);
    fields.finish();
    return message === undefined ? [] : [message];
  });
}

function messageFrom(fields: FieldReader, provider: string): ChatMessage | undefined {
  switch (fields.needed('role')) {
    case 'system':
    case 'developer':
      return { role: 'system', content: contentFrom(fields, provider) };
    case 'user':
      return { role: 'user', content: contentFrom(fields, provider) };
    case 'assistant':
      return { role: 'assistant', content: assistantFrom(fields, provider) };
    case 'tool': {
      const name = fields.text('name');
      const callId = fields.needed('tool_call_id');
      return { role: 'tool', content: [{ type: 'tool-result', callId, ...defined({ name }), result: contentFrom(fields, provider) }] };
    }
    default:
      fields.problem(`${fields.pathOf('role')} must be system, developer, user, assistant or tool`);
      return undefined;
  }
}

function contentFrom(fields: FieldReader, provider: string): string | readonly InputPart[] {
  const content = fields.value('content');
  if (content === undefined) {
    fields.problem(`${fields.pathOf('content')} is missing`);
    return '';
  }
  return typeof content === 'string' ? content : partsFrom(fields, provider);
}

function partsFrom(fields: FieldReader, provider: string): readonly InputPart[] {
  return fields.list('content').flatMap((part) => {
    const read = partFrom(part, provider);
    part.finish();
    return read;
  });
}

function partFrom(fields: FieldReader, provider: string): readonly InputPart[] {
  switch (fields.needed('type')) {
    case 'text':
      return [{ type: 'text', text: fields.needed('text'), ...ownOptions(fields, provider, ['cache_control']) }];
    case 'refusal':
      return [{ type: 'text', text: fields.needed('refusal') }];
    case 'image_url':
      return imageFrom(fields, provider);
    case 'input_audio':
      return audioFrom(fields);
    case 'file':
      return fileFrom(fields, provider);
    default:
      fields.noticeWhole();
      return [];
  }
}

function imageFrom(fields: FieldReader, provider: string): readonly ImagePart[] {
  const image = fields.fields('image_url');
  if (image === undefined) return missing(fields, 'image_url');
  const { providerOptions: within } = ownOptions(image, provider, ['detail']);
  const { providerOptions: beside } = ownOptions(fields, provider, ['cache_control']);
  const own = { ...within?.[provider], ...beside?.[provider] };
  const source = sourceFrom(image.needed('url'));
  image.finish();
  return [{ type: 'image', ...source, ...(Object.keys(own).length > 0 && { providerOptions: { [provider]: own } }) }];
}

function audioFrom(fields: FieldReader): readonly FilePart[] {
  const audio = fields.fields('input_audio');
  if (audio === undefined) return missing(fields, 'input_audio');
  const part = { type: 'file', data: audio.needed('data'), mediaType: `audio/${audio.needed('format')}` } as const;
  audio.finish();
  return [part];
}

function fileFrom(fields: FieldReader, provider: string): readonly FilePart[] {
  const file = fields.fields('file');
  if (file === undefined) return missing(fields, 'file');
  const { fileId, data, filename } = { fileId: file.text('file_id'), data: file.text('file_data'), filename: file.text('filename') };
  const own = ownOptions(fields, provider, ['cache_control']);
  file.finish();
  if (fileId !== undefined) return [{ type: 'file', fileId, ...defined({ filename }), ...own }];
  if (data === undefined) return missing(file, 'file_data');
  const source = sourceFrom(data);
  return [{ type: 'file', ...(source.url === undefined ? source : { data }), ...defined({ filename }), ...own }];
}

function missing(fields: FieldReader, name: string): readonly never[] {
  fields.problem(`${fields.pathOf(name)} is missing`);
  return [];
}

/** In the one order that this wire knows: what was thought, what was said, what is to be called. */
function assistantFrom(fields: FieldReader, provider: string): string | readonly ContentPart[] {
  const { thoughts, providerData } = detailsFrom(fields.list('reasoning_details'));
  const plain = fields.text('reasoning_content') ?? fields.text('reasoning');
  fields.ignore('reasoning');
  const said = saidFrom(fields, provider);
  const calls = fields.list('tool_calls').flatMap((call) => callFrom(call, providerData));
  const reasoning = reasoningParts(thoughts, plain);
  if (reasoning.length === 0 && calls.length === 0 && typeof said === 'string') return said;
  const text: readonly ContentPart[] = typeof said === 'string' ? (said === '' ? [] : [{ type: 'text', text: said }]) : said;
  return [...reasoning, ...text, ...calls];
}

function saidFrom(fields: FieldReader, provider: string): string | readonly InputPart[] {
  const content = fields.value('content');
  const said = content === undefined || typeof content === 'string' ? (content ?? '') : partsFrom(fields, provider);
  // The wire's own `annotations` and `audio` of an earlier answer are for its reader; the words are all in the content.
  fields.ignore('annotations');
  const refusal = fields.text('refusal');
  if (refusal === undefined || refusal === '') return said;
  return said === ''
    ? refusal
    : [...(typeof said === 'string' ? [{ type: 'text', text: said } as const] : said), { type: 'text', text: refusal }];
}

/** Details have the words too, where they are whole; where they have only what proves them, the words stand beside. */
function reasoningParts(thoughts: readonly Thought[], plain: string | undefined): readonly ContentPart[] {
  const hasWords = thoughts.some(({ text }) => text !== undefined);
  if (hasWords || plain === undefined || plain === '') return thoughts.map((thought) => ({ type: 'reasoning', ...thought }));
  const [first, ...rest] = thoughts;
  return [{ type: 'reasoning', text: plain, ...first }, ...rest.map((thought) => ({ type: 'reasoning', ...thought }) as const)];
}

function callFrom(fields: FieldReader, providerData: ReadonlyMap<string, JsonObject>): readonly ToolCallPart[] {
  const type = fields.text('type') === 'custom' ? 'custom' : 'function';
  const callId = fields.needed('id');
  const body = fields.fields(type);
  fields.ignore('index');
  if (body === undefined) return missing(fields, type);
  const own = { ...(type === 'custom' && { type }), ...providerData.get(callId) };
  const call: ToolCallPart = {
    type: 'tool-call',
    callId,
    name: body.needed('name'),
    arguments: type === 'custom' ? { input: body.needed('input') } : argumentsFrom(body, 'arguments'),
    ...(Object.keys(own).length > 0 && { providerData: own }),
  };
  body.finish();
  fields.finish();
  return [call];
}
