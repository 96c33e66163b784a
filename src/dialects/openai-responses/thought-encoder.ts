import type { JsonObject } from '../../contracts/chat.js';
import type { ReasoningDelta } from '../../contracts/stream-event.js';
import { carry } from '../../kit/carried.js';
import type { OpenThought, Pen } from './encoder-state.js';
import { addItem, finishItem, itemId, write } from './encoder-state.js';
import { ownThoughtPrefix } from './wire.js';

/** Each part is a summary; parts with one id of the provider are summaries of one item. */
export function writeThought(pen: Pen, delta: ReasoningDelta): void {
  const thought = thoughtFor(pen, delta);
  const { signature, encrypted, id } = delta;
  const isLate = id !== undefined && id !== thought.providersId;
  pen.state = {
    ...pen.state,
    thought: {
      ...thought,
      part: delta.part,
      ...(signature !== undefined && { signature }),
      ...(encrypted !== undefined && { encrypted }),
      ...(isLate && { lateId: id }),
    },
  };
  if (delta.text !== undefined) tell(pen, delta.text);
}

function thoughtFor(pen: Pen, { part, id }: ReasoningDelta): OpenThought {
  const open = pen.state.thought;
  if (open?.part === part) return open;
  if (open !== undefined && id !== undefined && open.providersId === id) return finishSummary(pen, open);
  finishThought(pen);
  const own = id ?? itemId(pen.state, ownThoughtPrefix);
  const index = addItem(pen, { id: own, type: 'reasoning', summary: [], status: 'in_progress' });
  return { id: own, index, part, ...(id !== undefined && { providersId: id }), texts: [], isTelling: false };
}

function tell(pen: Pen, text: string): void {
  let { thought } = pen.state;
  if (thought === undefined) return;
  if (!thought.isTelling) {
    thought = { ...thought, isTelling: true, texts: [...thought.texts, ''] };
    write(pen, 'response.reasoning_summary_part.added', { ...placeOf(thought), part: { type: 'summary_text', text: '' } });
  }
  write(pen, 'response.reasoning_summary_text.delta', { ...placeOf(thought), delta: text });
  const texts = thought.texts.with(-1, (thought.texts.at(-1) ?? '') + text);
  pen.state = { ...pen.state, thought: { ...thought, texts } };
}

function finishSummary(pen: Pen, thought: OpenThought): OpenThought {
  if (!thought.isTelling) return thought;
  const text = thought.texts.at(-1) ?? '';
  write(pen, 'response.reasoning_summary_text.done', { ...placeOf(thought), text });
  write(pen, 'response.reasoning_summary_part.done', { ...placeOf(thought), part: { type: 'summary_text', text } });
  return { ...thought, isTelling: false };
}

export function finishThought(pen: Pen): void {
  const { thought } = pen.state;
  if (thought === undefined) return;
  const { index, id, texts } = finishSummary(pen, thought);
  const sealed = sealedOf(thought);
  const summary = texts.map((text) => ({ type: 'summary_text', text }));
  pen.state = { ...pen.state, thought: undefined };
  finishItem(pen, index, {
    id,
    type: 'reasoning',
    summary,
    ...(sealed !== undefined && { encrypted_content: sealed }),
    status: 'completed',
  });
}

/** What goes back to a provider of this wire stands as it is; for others it is carried. */
function sealedOf({ providersId, lateId, signature, encrypted }: OpenThought): string | undefined {
  if (signature === undefined && lateId === undefined && (encrypted === undefined || providersId !== undefined)) return encrypted;
  const id = lateId ?? providersId;
  return carry({
    ...(signature !== undefined && { signature }),
    ...(encrypted !== undefined && { encrypted }),
    ...(id !== undefined && { id }),
  });
}

/** What another provider wants back with a call: clients give thoughts back unread, and calls only as the wire knows them. */
export function writeProviderData(pen: Pen, callId: string, providerData: JsonObject): void {
  const id = itemId(pen.state, ownThoughtPrefix);
  const item = { id, type: 'reasoning', summary: [] };
  const index = addItem(pen, item);
  finishItem(pen, index, { ...item, encrypted_content: carry({ callId, providerData }), status: 'completed' });
}

function placeOf({ id, index, texts }: OpenThought): JsonObject {
  return { item_id: id, output_index: index, summary_index: Math.max(0, texts.length - 1) };
}
