import type { ContentPart, FilePart, ImagePart, JsonObject, ProviderOptions, TextPart, ToolResultPart } from '../../contracts/chat.js';
import { carriedIn } from '../../kit/carried.js';
import type { RequestFields } from '../../kit/request-fields.js';
import { invalidField } from '../../kit/request-fields.js';
import type { Unsaid } from '../../kit/unsaid.js';
import type { CallIds } from './decoded-call-ids.js';

/** What a client's part means. A text under a signature is two of ours; a part that only this wire knows may be none. */
export function decodedPart(part: RequestFields, unsaid: Unsaid, ids: CallIds): readonly ContentPart[] {
  if (part.has('functionCall')) return [toolCall(part, part.neededObject('functionCall'), unsaid, ids)];
  if (part.has('functionResponse')) return [toolResult(part, part.neededObject('functionResponse'), unsaid, ids)];
  if (part.has('text')) return textOrThought(part, unsaid);
  const media = mediaPart(part, unsaid);
  if (media !== undefined) return [media, ...signatureOf(part)];
  if (unsaid.provider !== undefined) return [{ type: 'provider-part', provider: unsaid.provider, data: part.whole() }];
  unsaid.note(part.path);
  return [];
}

function textOrThought(part: RequestFields, unsaid: Unsaid): readonly ContentPart[] {
  const text = part.neededText('text');
  const isThought = part.flag('thought') === true;
  const marks = marksOf(part);
  const options = unsaid.optionsOf(part);
  if (isThought) return [{ type: 'reasoning', ...(text !== '' && { text }), ...marks, ...options }];
  if (text === '' && marks !== undefined) return [{ type: 'reasoning', ...marks, ...options }];
  // A signature of what was said aloud stands by itself among our parts.
  return [{ type: 'text', text, ...options }, ...(marks === undefined ? [] : [{ type: 'reasoning' as const, ...marks }])];
}

interface Marks {
  readonly signature?: string;
  readonly encrypted?: string;
  readonly id?: string;
}

function marksOf(part: RequestFields): Marks | undefined {
  const signature = part.text('thoughtSignature');
  if (signature === undefined || signature === '') return undefined;
  const carried = carriedIn(signature, part.pathOf('thoughtSignature'));
  if (carried === undefined) return { signature };
  const { callId: _callId, providerData: _providerData, ...marks } = carried;
  return marks;
}

function signatureOf(part: RequestFields): readonly ContentPart[] {
  const marks = marksOf(part);
  return marks === undefined ? [] : [{ type: 'reasoning', ...marks }];
}

function mediaPart(part: RequestFields, unsaid: Unsaid): ImagePart | FilePart | undefined {
  const blob = part.object('inlineData');
  const file = blob === undefined ? part.object('fileData') : undefined;
  const fields = blob ?? file;
  if (fields === undefined) return undefined;
  const mediaType = blob === undefined ? fields.text('mimeType') : fields.neededText('mimeType');
  const place = blob === undefined ? { url: fields.neededText('fileUri') } : { data: blob.neededText('data') };
  // Read before what is left of the part is looked at.
  part.text('thoughtSignature');
  const type = mediaType?.startsWith('image/') === true ? 'image' : 'file';
  return {
    type,
    ...place,
    ...(mediaType !== undefined && { mediaType }),
    ...optionsWith(part, unsaid, blob === undefined ? 'fileData' : 'inlineData', fields),
  };
}

/** The options of a part, with its one object as it came where that has fields of its own. */
function optionsWith(
  part: RequestFields,
  unsaid: Unsaid,
  name: string,
  fields: RequestFields,
): { readonly providerOptions?: ProviderOptions } {
  const own = Object.keys(fields.rest());
  const options = unsaid.optionsOf(part);
  if (own.length === 0) return options;
  if (unsaid.provider === undefined) {
    for (const field of own) unsaid.note(fields.pathOf(field));
    return options;
  }
  return { providerOptions: { [unsaid.provider]: { ...options.providerOptions?.[unsaid.provider], [name]: fields.whole() } } };
}

function toolCall(part: RequestFields, call: RequestFields, unsaid: Unsaid, ids: CallIds): ContentPart {
  const name = call.neededText('name');
  const callId = ids.ofCall(call.text('id'), name);
  const args = call.jsonObject('args') ?? {};
  const signature = part.text('thoughtSignature');
  const providerData = signature === undefined ? undefined : providerDataFrom(signature, part.pathOf('thoughtSignature'));
  return {
    type: 'tool-call',
    callId,
    name,
    arguments: args,
    ...(providerData !== undefined && { providerData }),
    ...optionsWith(part, unsaid, 'functionCall', call),
  };
}

function providerDataFrom(signature: string, path: string): JsonObject | undefined {
  const carried = carriedIn(signature, path);
  return carried === undefined ? { thoughtSignature: signature } : carried.providerData;
}

function toolResult(part: RequestFields, response: RequestFields, unsaid: Unsaid, ids: CallIds): ToolResultPart {
  const name = response.neededText('name');
  const callId = ids.ofResult(response.text('id'), name);
  const said = response.jsonObject('response') ?? {};
  const media = (response.objects('parts') ?? []).map((item) => mediaOf(item, unsaid));
  const { text, isError, isPlain } = outcomeFrom(said);
  const options = optionsWith(part, unsaid, 'functionResponse', response);
  const { provider } = unsaid;
  // What is no single text goes back to this wire as the object that it was.
  const whole = isPlain || provider === undefined ? options : wholeResponse(options, provider, response);
  const result = media.length === 0 ? text : [{ type: 'text' as const, text }, ...media];
  return { type: 'tool-result', callId, name, result, ...(isError && { isError }), ...whole };
}

function wholeResponse(options: { readonly providerOptions?: ProviderOptions }, provider: string, response: RequestFields) {
  return { providerOptions: { [provider]: { ...options.providerOptions?.[provider], functionResponse: response.whole() } } };
}

function mediaOf(item: RequestFields, unsaid: Unsaid): TextPart | ImagePart | FilePart {
  const media = mediaPart(item, unsaid);
  if (media === undefined) throw invalidField(item.path, 'a part with inlineData or fileData');
  return media;
}

interface Outcome {
  readonly text: string;
  readonly isError: boolean;
  readonly isPlain: boolean;
}

/** `output` and `error` are the wire's own words for how a call went; any other object is a result as a whole. */
function outcomeFrom(response: JsonObject): Outcome {
  const [name, ...others] = Object.keys(response);
  const value = name === undefined ? undefined : response[name];
  if ((name === 'output' || name === 'error') && others.length === 0 && typeof value === 'string') {
    return { text: value, isError: name === 'error', isPlain: true };
  }
  return { text: JSON.stringify(response), isError: name === 'error' && others.length === 0, isPlain: false };
}
