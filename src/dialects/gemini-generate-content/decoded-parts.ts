import type { ContentPart, FilePart, ImagePart, JsonObject, ProviderOptions, ToolResultPart } from '../../contracts/chat.js';
import { carriedIn } from '../../kit/carried.js';
import type { FieldReader } from '../../kit/field-reader.js';
import type { Unsaid } from '../../kit/unsaid.js';
import type { CallIds } from './decoded-call-ids.js';

/** What a client's part means. A text under a signature is two of ours; a part that only this wire knows may be none. */
export function decodedPart(part: FieldReader, unsaid: Unsaid, ids: CallIds): readonly ContentPart[] {
  if (part.has('functionCall')) return [toolCall(part, part.neededFields('functionCall'), unsaid, ids)];
  if (part.has('functionResponse')) return [toolResult(part, part.neededFields('functionResponse'), unsaid, ids)];
  if (part.has('text')) return textOrThought(part, unsaid);
  const media = mediaPart(part, unsaid);
  if (media !== undefined) return [media, ...signatureOf(part)];
  if (unsaid.provider !== undefined) return [{ type: 'provider-part', provider: unsaid.provider, data: part.whole() }];
  unsaid.note(part.path);
  return [];
}

function textOrThought(part: FieldReader, unsaid: Unsaid): readonly ContentPart[] {
  const text = part.needed('text');
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

function marksOf(part: FieldReader): Marks | undefined {
  const signature = part.text('thoughtSignature');
  if (signature === undefined || signature === '') return undefined;
  const carried = carriedIn(signature, part.pathOf('thoughtSignature'));
  if (carried === undefined) return { signature };
  const { callId: _callId, providerData: _providerData, ...marks } = carried;
  return marks;
}

function signatureOf(part: FieldReader): readonly ContentPart[] {
  const marks = marksOf(part);
  return marks === undefined ? [] : [{ type: 'reasoning', ...marks }];
}

function mediaPart(part: FieldReader, unsaid: Unsaid): ImagePart | FilePart | undefined {
  const blob = part.fields('inlineData');
  const file = blob === undefined ? part.fields('fileData') : undefined;
  const fields = blob ?? file;
  if (fields === undefined) return undefined;
  const mediaType = blob === undefined ? fields.text('mimeType') : fields.needed('mimeType');
  const place = blob === undefined ? { url: fields.needed('fileUri') } : { data: blob.needed('data') };
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
function optionsWith(part: FieldReader, unsaid: Unsaid, name: string, fields: FieldReader): { readonly providerOptions?: ProviderOptions } {
  const own = Object.keys(fields.rest());
  const options = unsaid.optionsOf(part);
  if (own.length === 0) return options;
  if (unsaid.provider === undefined) {
    for (const field of own) unsaid.note(fields.pathOf(field));
    return options;
  }
  return { providerOptions: { [unsaid.provider]: { ...options.providerOptions?.[unsaid.provider], [name]: fields.whole() } } };
}

function toolCall(part: FieldReader, call: FieldReader, unsaid: Unsaid, ids: CallIds): ContentPart {
  const name = call.needed('name');
  const callId = ids.ofCall(call.text('id'), name);
  const args = call.json('args') ?? {};
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

function toolResult(part: FieldReader, response: FieldReader, unsaid: Unsaid, ids: CallIds): ToolResultPart {
  const name = response.needed('name');
  const callId = ids.ofResult(response.text('id'), name);
  const said = response.json('response') ?? {};
  const media = response.list('parts').flatMap((item) => mediaIn(item, unsaid));
  const { text, isError, isPlain } = outcomeFrom(said);
  const options = optionsWith(part, unsaid, 'functionResponse', response);
  const { provider } = unsaid;
  // What is no single text goes back to this wire as the object that it was.
  const whole = isPlain || provider === undefined ? options : wholeResponse(options, provider, response);
  const result = media.length === 0 ? text : [{ type: 'text' as const, text }, ...media];
  return { type: 'tool-result', callId, name, result, ...(isError && { isError }), ...whole };
}

function wholeResponse(options: { readonly providerOptions?: ProviderOptions }, provider: string, response: FieldReader) {
  return { providerOptions: { [provider]: { ...options.providerOptions?.[provider], functionResponse: response.whole() } } };
}

function mediaIn(item: FieldReader, unsaid: Unsaid): readonly (ImagePart | FilePart)[] {
  const media = mediaPart(item, unsaid);
  if (media !== undefined) return [media];
  item.problem(`${item.path} must be a part with inlineData or fileData`);
  return [];
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
