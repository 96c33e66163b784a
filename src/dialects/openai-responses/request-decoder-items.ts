import type {
  ChatMessage,
  ContentPart,
  FilePart,
  ImagePart,
  JsonObject,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from '../../contracts/chat.js';
import { carriedIn } from '../../kit/carried.js';
import type { FieldReader } from '../../kit/field-reader.js';
import { defined } from '../../kit/field-reader.js';
import { argumentsFrom, ownOptions, sourceFrom } from '../../kit/wire-parts.js';
import { providersId } from './wire.js';

type InputPart = TextPart | ImagePart | FilePart;

/** The wire's own book-keeping of an item, which an earlier answer came with. */
const bookKeeping = ['id', 'status', 'phase', 'type'];

/** `instructions` and `input` as one conversation; what an assistant said, thought and called in a row is one message. */
export function messagesFrom(fields: FieldReader, provider: string): readonly ChatMessage[] {
  const instructions = fields.text('instructions');
  const before: readonly ChatMessage[] = instructions === undefined ? [] : [{ role: 'system', content: instructions }];
  const input = fields.value('input');
  if (input === undefined) fields.problem('input is missing');
  if (typeof input === 'string') return [...before, { role: 'user', content: input }];
  const items = fields.list('input').map((item) => itemFrom(item, provider));
  return [
    ...before,
    ...joined(
      items.flatMap(({ messages }) => messages),
      new Map(items.flatMap(({ providerData }) => providerData)),
    ),
  ];
}

interface ReadItem {
  readonly messages: readonly ChatMessage[];
  /** What a provider wants back with its calls, which clients carry for it. */
  readonly providerData: readonly (readonly [string, JsonObject])[];
}

function itemFrom(fields: FieldReader, provider: string): ReadItem {
  const type = fields.text('type') ?? 'message';
  if (type === 'reasoning') return reasoningFrom(fields);
  const message = messageFrom(fields, type, provider);
  fields.ignore(...bookKeeping);
  fields.finish();
  return { messages: message === undefined ? [] : [message], providerData: [] };
}

function messageFrom(fields: FieldReader, type: string, provider: string): ChatMessage | undefined {
  switch (type) {
    case 'message':
      return spokenFrom(fields, provider);
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'assistant', content: [callFrom(fields, type === 'custom_tool_call')] };
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const callId = fields.needed('call_id');
      return { role: 'tool', content: [{ type: 'tool-result', callId, result: contentFrom(fields, 'output', provider) }] };
    }
    case 'item_reference':
      fields.problem(`${fields.path} refers to an item that another provider keeps; send the item itself`);
      return undefined;
    default: {
      const data = fields.whole();
      fields.noticeWhole();
      return { role: 'assistant', content: [{ type: 'provider-part', provider, data }] };
    }
  }
}

function spokenFrom(fields: FieldReader, provider: string): ChatMessage | undefined {
  const role = fields.needed('role');
  const content = contentFrom(fields, 'content', provider);
  if (role === 'developer') return { role: 'system', content };
  if (role === 'system' || role === 'user' || role === 'assistant') return { role, content };
  fields.problem(`${fields.pathOf('role')} must be system, developer, user or assistant`);
  return undefined;
}

function contentFrom(fields: FieldReader, name: string, provider: string): string | readonly InputPart[] {
  const content = fields.value(name);
  if (content === undefined) fields.problem(`${fields.pathOf(name)} is missing`);
  if (content === undefined || typeof content === 'string') return content ?? '';
  return fields.list(name).flatMap((part) => {
    const read = partFrom(part, provider);
    part.finish();
    return read;
  });
}

function partFrom(fields: FieldReader, provider: string): readonly InputPart[] {
  switch (fields.needed('type')) {
    case 'input_text':
    case 'output_text':
    case 'text':
      ignoreEmpty(fields, 'annotations');
      ignoreEmpty(fields, 'logprobs');
      return [{ type: 'text', text: fields.needed('text'), ...ownOptions(fields, provider, ['prompt_cache_breakpoint']) }];
    case 'refusal':
      return [{ type: 'text', text: fields.needed('refusal') }];
    case 'input_image':
      return imageFrom(fields, provider);
    case 'input_file':
      return fileFrom(fields, provider);
    default:
      fields.noticeWhole();
      return [];
  }
}

function ignoreEmpty(fields: FieldReader, name: string): void {
  if (fields.has(name) && fields.list(name).length > 0) fields.notice(name);
}

const imageOptions = ['detail', 'prompt_cache_breakpoint'];

/** A picture that a provider keeps is a file of its. */
function imageFrom(fields: FieldReader, provider: string): readonly InputPart[] {
  const fileId = fields.text('file_id');
  const options = ownOptions(fields, provider, imageOptions);
  if (fileId !== undefined) return [{ type: 'file', fileId, mediaType: 'image/*', ...options }];
  return [{ type: 'image', ...sourceFrom(fields.needed('image_url')), ...options }];
}

function fileFrom(fields: FieldReader, provider: string): readonly FilePart[] {
  const { fileId, url, data } = { fileId: fields.text('file_id'), url: fields.text('file_url'), data: fields.text('file_data') };
  const rest = { ...defined({ filename: fields.text('filename') }), ...ownOptions(fields, provider, imageOptions) };
  if (fileId !== undefined) return [{ type: 'file', fileId, ...rest }];
  if (url !== undefined) return [{ type: 'file', url, ...rest }];
  if (data === undefined) {
    fields.problem(`${fields.pathOf('file_data')} is missing`);
    return [];
  }
  const source = sourceFrom(data);
  return [{ type: 'file', ...(source.url === undefined ? source : { data }), ...rest }];
}

function callFrom(fields: FieldReader, isCustom: boolean): ToolCallPart {
  const own = defined({ namespace: fields.text('namespace'), caller: fields.json('caller') });
  const providerData = { ...(isCustom && { type: 'custom' }), ...own };
  return {
    type: 'tool-call',
    callId: fields.needed('call_id'),
    name: fields.needed('name'),
    arguments: isCustom ? { input: fields.needed('input') } : argumentsFrom(fields, 'arguments'),
    ...(Object.keys(providerData).length > 0 && { providerData }),
  };
}

function reasoningFrom(fields: FieldReader): ReadItem {
  const sealed = fields.text('encrypted_content');
  const carried = sealed === undefined ? undefined : carriedIn(sealed, fields.pathOf('encrypted_content'));
  const id = carried?.id ?? providersId(fields.text('id'));
  const texts = [...fields.list('summary'), ...fields.list('content')].map((piece) => {
    const text = piece.text('text') ?? '';
    piece.ignore('type');
    piece.finish();
    return text;
  });
  fields.ignore(...bookKeeping);
  fields.finish();
  if (carried?.callId !== undefined) return { messages: [], providerData: [[carried.callId, carried.providerData ?? {}]] };
  const marks = carried ?? (sealed === undefined ? {} : { encrypted: sealed });
  return { messages: [{ role: 'assistant', content: thoughtsFrom(texts, { ...(id !== undefined && { id }) }, marks) }], providerData: [] };
}

type Marks = Pick<ReasoningPart, 'signature' | 'encrypted' | 'id'>;

/** Several pieces of one item have its id each, and what proves them with the last. */
function thoughtsFrom(texts: readonly string[], own: Marks, marks: Marks): readonly ReasoningPart[] {
  if (texts.length === 0) return Object.keys({ ...own, ...marks }).length === 0 ? [] : [{ type: 'reasoning', ...own, ...marks }];
  return texts.map((text, at) => ({ type: 'reasoning', text, ...own, ...(at === texts.length - 1 && marks) }));
}

function joined(messages: readonly ChatMessage[], providerData: ReadonlyMap<string, JsonObject>): readonly ChatMessage[] {
  const result: ChatMessage[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    const next = withProviderData(message, providerData);
    if (last?.role === 'assistant' && next.role === 'assistant') {
      result[result.length - 1] = { role: 'assistant', content: [...partsOf(last), ...partsOf(next)] };
    } else if (next.content.length > 0 || typeof next.content === 'string') {
      result.push(next);
    }
  }
  return result;
}

function withProviderData(message: ChatMessage, providerData: ReadonlyMap<string, JsonObject>): ChatMessage {
  if (typeof message.content === 'string') return message;
  const content = message.content.map((part) => {
    const data = part.type === 'tool-call' ? providerData.get(part.callId) : undefined;
    return part.type !== 'tool-call' || data === undefined ? part : { ...part, providerData: { ...part.providerData, ...data } };
  });
  return { ...message, content };
}

function partsOf({ content }: ChatMessage): readonly ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}
