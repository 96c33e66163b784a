import type { JsonObject } from '../../contracts/chat.js';
import type {
  Citation,
  ContentEvent,
  FileEvent,
  ProviderEvent,
  ReasoningDelta,
  ServerTool,
  TextDelta,
  ToolCallEnd,
} from '../../contracts/stream-event.js';
import { carry } from '../../kit/carried.js';
import { asJson, textIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { isMadeCallId } from './call-id.js';
import { logprobsToWire } from './logprobs.js';
import { isJsonObject } from './wire.js';
import type { Pen } from './writing.js';
import { pushChunk, pushPart } from './writing.js';

export function writeContent(event: ContentEvent, pen: Pen): void {
  switch (event.type) {
    case 'text-delta':
      writeText(event, pen);
      break;
    case 'refusal-delta':
      writeText({ type: 'text-delta', part: event.part, text: event.text }, pen);
      break;
    case 'audio-delta':
      pen.notices.push('audio-delta');
      writeText({ type: 'text-delta', part: event.part, text: event.transcript ?? '' }, pen);
      break;
    case 'reasoning-delta':
      writeThought(event, pen);
      break;
    case 'tool-call-start':
      gather(event.callId, event.name, '', pen);
      break;
    case 'tool-call-delta':
      gather(event.callId, pen.state.calls.get(event.callId)?.name ?? '', event.json, pen);
      break;
    case 'tool-call-end':
      writeCall(event, pen);
      break;
    case 'citation':
      writeCitation(event, pen);
      break;
    case 'file':
      writeFile(event, pen);
      break;
    case 'server-tool':
      writeServerTool(event, pen);
      break;
    case 'provider-event':
      writeOther(event, pen);
  }
}

function writeText({ text, logprobs }: TextDelta, pen: Pen): void {
  const beside = logprobs === undefined ? {} : { logprobsResult: logprobsToWire(logprobs) };
  if (text !== '') pushPart({ text }, pen, beside);
  else if (logprobs !== undefined) pushChunk(beside, pen);
}

/** A signature without a thought belongs to what was said aloud, and stands on an empty text. */
function writeThought({ part, text, signature, encrypted, id }: ReasoningDelta, pen: Pen): void {
  const open = pen.state.marks?.part === part ? pen.state.marks : undefined;
  const known = { ...open, part, ...(signature !== undefined && { signature }), ...(id !== undefined && { id }) };
  if (known.id !== undefined) pen.state = { ...pen.state, marks: known };
  const isSealed =
    encrypted !== undefined || (id !== undefined && text === undefined) || (known.id !== undefined && signature !== undefined);
  const seal = isSealed ? sealOf(known, encrypted) : signature;
  const isThought = (text ?? '') !== '' || isSealed;
  if (!isThought && seal === undefined) return;
  pushPart({ text: text ?? '', ...(isThought && { thought: true }), ...(seal !== undefined && { thoughtSignature: seal }) }, pen);
}

function sealOf({ signature, id }: { readonly signature?: string; readonly id?: string }, encrypted: string | undefined): string {
  return carry({
    ...(signature !== undefined && { signature }),
    ...(encrypted !== undefined && { encrypted }),
    ...(id !== undefined && { id }),
  });
}

function gather(callId: string, name: string, json: string, pen: Pen): void {
  const before = pen.state.calls.get(callId)?.json ?? '';
  pen.state = { ...pen.state, calls: new Map(pen.state.calls).set(callId, { name, json: before + json }) };
}

function writeCall({ callId, providerData }: ToolCallEnd, pen: Pen): void {
  const call = pen.state.calls.get(callId);
  if (call === undefined) return;
  const calls = new Map(pen.state.calls);
  calls.delete(callId);
  pen.state = { ...pen.state, calls, hasCalled: true };
  const args = jsonFrom(call.json === '' ? '{}' : call.json);
  const signature = providerData && signatureOf(callId, providerData);
  const functionCall = { ...(!isMadeCallId(callId) && { id: callId }), name: call.name, args: isRecord(args) ? asJson(args) : {} };
  pushPart({ functionCall, ...(signature !== undefined && { thoughtSignature: signature }) }, pen);
}

/** The wire has a place for one signature; what another provider wants back is carried in it. */
function signatureOf(callId: string, providerData: JsonObject): string {
  const { thoughtSignature, ...others } = providerData;
  const isOwn = typeof thoughtSignature === 'string' && Object.keys(others).length === 0;
  return isOwn ? thoughtSignature : carry({ callId, providerData });
}

/** A passage recited is this wire's own; all other sources are told in the end. */
function writeCitation(citation: Citation, pen: Pen): void {
  const { url, data, start } = citation;
  if (data !== undefined && isRecitation(data)) {
    pushChunk({ citationMetadata: { citations: [data] } }, pen);
    return;
  }
  const isOwn = data !== undefined && isChunk(data);
  if (!isOwn && url === undefined) {
    pen.notices.push('citation');
    return;
  }
  if (!isOwn && start !== undefined) pen.notices.push('citation start');
  pen.state = { ...pen.state, citations: [...pen.state.citations, citation] };
}

function isRecitation(data: JsonObject): boolean {
  return data['type'] === undefined && ['uri', 'startIndex', 'endIndex', 'license'].some((name) => data[name] !== undefined);
}

/** A source of `groundingMetadata`: one object under the name of its kind. */
export function isChunk(data: JsonObject): boolean {
  return data['type'] === undefined && Object.values(data).some(isJsonObject);
}

function writeFile({ mediaType: mimeType, data, url }: FileEvent, pen: Pen): void {
  if (data !== undefined) pushPart({ inlineData: { mimeType, data } }, pen);
  else if (url !== undefined) pushPart({ fileData: { mimeType, fileUri: url } }, pen);
}

/** Code that the provider ran is a part of this wire; other vendors' tools have none. */
function writeServerTool({ name, data }: ServerTool, pen: Pen): void {
  const type = isRecord(data) ? textIn(data, 'type') : undefined;
  if (!isRecord(data) || (type !== 'executableCode' && type !== 'codeExecutionResult')) {
    pen.notices.push(`server-tool ${name}`);
    return;
  }
  const { type: _type, thoughtSignature, ...run } = data;
  pushPart({ [type]: asJson(run), ...(typeof thoughtSignature === 'string' && { thoughtSignature }) }, pen);
}

const ownParts: ReadonlySet<string> = new Set(['functionResponse', 'toolCall', 'toolResponse', 'videoMetadata', 'inlineData', 'fileData']);

/** What our decoder reports of a response beside its content goes back to its place. */
function writeOther({ name, data }: ProviderEvent, pen: Pen): void {
  if (!isRecord(data)) pen.notices.push(`provider-event ${name}`);
  else if (name === 'groundingMetadata') writeGrounding(asJson(data), pen);
  else if (name === 'urlContextMetadata') pushChunk({ urlContextMetadata: asJson(data) }, pen);
  else if (name === 'candidate') pushChunk(asJson(data), pen);
  else if (name === 'response') pushChunk(undefined, pen, asJson(data));
  else if (name === 'promptFeedback') writeFeedback(asJson(data), pen);
  else if (name === 'usageMetadata') pen.state = { ...pen.state, usageMetadata: asJson(data) };
  else if (ownParts.has(name) && data[name] !== undefined) pushPart(asJson(data), pen);
  else pen.notices.push(`provider-event ${name}`);
}

/** It tells of the sources that came before it. */
function writeGrounding(groundingMetadata: JsonObject, pen: Pen): void {
  const citations = pen.state.citations.filter(({ data }) => data === undefined || !isChunk(data));
  pen.state = { ...pen.state, citations };
  pushChunk({ groundingMetadata }, pen);
}

function writeFeedback(promptFeedback: JsonObject, pen: Pen): void {
  pen.state = { ...pen.state, isBlocked: pen.state.isBlocked || promptFeedback['blockReason'] !== undefined };
  pushChunk(undefined, pen, { promptFeedback });
}
