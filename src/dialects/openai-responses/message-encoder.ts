import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import type { Citation } from '../../contracts/stream-event.js';
import type { OpenContent, OpenMessage, Pen } from './encoder-state.js';
import { addItem, finishItem, itemId, write } from './encoder-state.js';

export function writeText(pen: Pen, part: number, text: string, logprobs: readonly JsonValue[] = []): void {
  const { message, content } = contentFor(pen, part, 'output_text');
  write(pen, 'response.output_text.delta', { ...placeOf(message), delta: text, logprobs });
  grow(pen, message, {
    ...content,
    text: content.text + text,
    logprobs: logprobs.length > 0 ? [...content.logprobs, ...logprobs] : content.logprobs,
  });
}

export function writeRefusal(pen: Pen, part: number, text: string): void {
  const { message, content } = contentFor(pen, part, 'refusal');
  write(pen, 'response.refusal.delta', { ...placeOf(message), delta: text });
  grow(pen, message, { ...content, text: content.text + text });
}

const annotationTypes: ReadonlySet<JsonValue | undefined> = new Set([
  'url_citation',
  'file_citation',
  'container_file_citation',
  'file_path',
]);

export function writeCitation(pen: Pen, citation: Citation): void {
  const annotation = annotationFrom(citation);
  if (annotation === undefined) {
    pen.notices.push('citation');
    return;
  }
  if (citation.citedText !== undefined) pen.notices.push('citation citedText');
  const { message, content } = contentFor(pen, citation.part, 'output_text');
  write(pen, 'response.output_text.annotation.added', { ...placeOf(message), annotation_index: content.annotations.length, annotation });
  grow(pen, message, { ...content, annotations: [...content.annotations, annotation] });
}

/** As the provider wrote it, where it speaks this wire; otherwise its address, which is all that can be said. */
function annotationFrom({ url, title, start, end, data }: Citation): JsonObject | undefined {
  const isOwn = annotationTypes.has(data?.['type']) && data?.['url_citation'] === undefined;
  if (isOwn) return data;
  if (url === undefined) return undefined;
  return {
    type: 'url_citation',
    url,
    title: title ?? '',
    ...(start !== undefined && { start_index: start }),
    ...(end !== undefined && { end_index: end }),
  };
}

/** Ends the message; what is said after it is another one. */
export function finishMessage(pen: Pen): void {
  const { message } = pen.state;
  if (message === undefined) return;
  const { contents } = finishContent(pen, message);
  pen.state = { ...pen.state, message: undefined };
  finishItem(pen, message.index, { id: message.id, type: 'message', status: 'completed', role: 'assistant', content: contents });
}

interface Place {
  readonly message: OpenMessage;
  readonly content: OpenContent;
}

function contentFor(pen: Pen, part: number, type: OpenContent['type']): Place {
  const message = pen.state.message ?? startMessage(pen);
  const { content } = message;
  if (content?.part === part && content.type === type) return { message, content };
  const before = finishContent(pen, message);
  const fresh: OpenContent = { type, part, text: '', annotations: [], logprobs: [] };
  const next = { ...before, content: fresh };
  grow(pen, next, fresh);
  write(pen, 'response.content_part.added', { ...placeOf(next), part: wireContent(fresh) });
  return { message: next, content: fresh };
}

function startMessage(pen: Pen): OpenMessage {
  const id = itemId(pen.state, 'msg_');
  const index = addItem(pen, { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] });
  return { id, index, contents: [] };
}

function finishContent(pen: Pen, { content, ...message }: OpenMessage): OpenMessage {
  if (content === undefined) return message;
  const place = placeOf(message);
  if (content.type === 'refusal') write(pen, 'response.refusal.done', { ...place, refusal: content.text });
  else write(pen, 'response.output_text.done', { ...place, text: content.text, logprobs: content.logprobs });
  const part = wireContent(content);
  write(pen, 'response.content_part.done', { ...place, part });
  return { ...message, contents: [...message.contents, part] };
}

function grow(pen: Pen, message: OpenMessage, content: OpenContent): void {
  pen.state = { ...pen.state, message: { ...message, content } };
}

function wireContent({ type, text, annotations, logprobs }: OpenContent): JsonObject {
  return type === 'refusal' ? { type, refusal: text } : { type, text, annotations, logprobs };
}

function placeOf({ id, index, contents }: OpenMessage): JsonObject {
  return { item_id: id, output_index: index, content_index: contents.length };
}
