import type {
  ChatMessage,
  ContentPart,
  FilePart,
  ImagePart,
  ProviderPart,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { isMadeCallId } from './call-id.js';
import type { Content, Part, WirePart } from './wire.js';

/** The conversation without its system messages, which have a place of their own on this wire. */
export function contentsFromMessages(messages: readonly ChatMessage[], provider: string): readonly Content[] {
  const namesOfCalls = functionNames(messages);
  const contents: Content[] = [];
  let lastRole: ChatMessage['role'] | undefined;
  for (const { role, content } of messages) {
    if (role === 'system') continue;
    const parts = partsFrom(content, provider, namesOfCalls);
    if (parts.length === 0) continue;
    const last = contents.at(-1);
    // The results of calls made in parallel belong into one turn.
    if (role === 'tool' && lastRole === 'tool' && last !== undefined)
      contents[contents.length - 1] = { ...last, parts: [...last.parts, ...parts] };
    else contents.push({ role: role === 'assistant' ? 'model' : 'user', parts });
    lastRole = role;
  }
  return contents;
}

export function systemInstructionFrom(
  messages: readonly ChatMessage[],
  provider: string,
): { readonly parts: readonly WirePart[] } | undefined {
  const parts = messages.flatMap(({ role, content }) => (role === 'system' ? partsFrom(content, provider, new Map()) : []));
  return parts.length === 0 ? undefined : { parts };
}

/** A result may come without its function's name; the call before it has it. */
function functionNames(messages: readonly ChatMessage[]): ReadonlyMap<string, string> {
  const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  return new Map(parts.filter((part) => part.type === 'tool-call').map(({ callId, name }) => [callId, name]));
}

function partsFrom(content: ChatMessage['content'], provider: string, names: ReadonlyMap<string, string>): readonly WirePart[] {
  if (typeof content === 'string') return [{ text: content }];
  return content.flatMap((part): readonly WirePart[] => {
    if (part.type === 'provider-part') return part.provider === provider ? [part.data] : [];
    if (part.type === 'reasoning' && isUnreadable(part, provider)) return [];
    return [{ ...partFrom(part, names), ...part.providerOptions?.[provider] }];
  });
}

/** A thought of another provider, in a form that only that one can read. */
export function isUnreadable({ text, signature, providerOptions }: ReasoningPart, provider: string): boolean {
  return text === undefined && signature === undefined && providerOptions?.[provider] === undefined;
}

function partFrom(part: Exclude<ContentPart, ProviderPart>, names: ReadonlyMap<string, string>): Part {
  switch (part.type) {
    case 'text':
      return { text: part.text };
    case 'image':
    case 'file':
      return mediaPart(part);
    case 'reasoning':
      // A signature without a thought belongs to what the model said aloud; it goes back as it came, on an empty text.
      return {
        text: part.text ?? '',
        ...(part.text !== undefined && { thought: true }),
        ...(part.signature !== undefined && { thoughtSignature: part.signature }),
      };
    case 'tool-call':
      return callPart(part);
    case 'tool-result':
      return resultPart(part, names);
  }
}

function mediaPart(part: ImagePart | FilePart): Part {
  const { data, mediaType } = part;
  if (data !== undefined) {
    if (mediaType === undefined)
      throw new MaestroError('request.invalid', { problems: [`the data of an ${part.type} part needs a mediaType`] });
    return { inlineData: { mimeType: mediaType, data } };
  }
  const uri = part.type === 'file' ? (part.fileId ?? part.url) : part.url;
  if (uri === undefined) throw new MaestroError('request.invalid', { problems: [`an ${part.type} part needs data or a url`] });
  const inline = /^data:([^;,]+);base64,(.*)$/s.exec(uri);
  if (inline !== null) return { inlineData: { mimeType: inline[1] ?? '', data: inline[2] ?? '' } };
  return { fileData: { fileUri: uri, ...(mediaType !== undefined && { mimeType: mediaType }) } };
}

function callPart({ callId, name, arguments: args, providerData }: ToolCallPart): Part {
  const signature = providerData?.['thoughtSignature'];
  return {
    functionCall: { ...wireId(callId), name, args },
    ...(typeof signature === 'string' && { thoughtSignature: signature }),
  };
}

function resultPart({ callId, name, result, isError }: ToolResultPart, names: ReadonlyMap<string, string>): Part {
  const functionName = name ?? names.get(callId);
  if (functionName === undefined) {
    throw new MaestroError('request.invalid', {
      problems: [`the tool result for call ${callId.slice(0, 80)} names no function, and no call before it has this id`],
    });
  }
  const items = typeof result === 'string' ? [{ type: 'text' as const, text: result }] : result;
  const text = items.flatMap((item) => (item.type === 'text' ? [item.text] : [])).join('\n');
  const media = items.flatMap((item) => (item.type === 'text' ? [] : [mediaPart(item)]));
  return {
    functionResponse: {
      ...wireId(callId),
      name: functionName,
      response: { [isError === true ? 'error' : 'output']: text },
      ...(media.length > 0 && { parts: media }),
    },
  };
}

/** The provider knows only the ids that it gave. */
function wireId(callId: string): { readonly id?: string } {
  return isMadeCallId(callId) ? {} : { id: callId };
}
