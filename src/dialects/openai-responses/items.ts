import type { JsonObject } from '../../contracts/chat.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { asJson } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import type { EventReader } from './parts.js';
import { completeMessage } from './parts.js';
import { completeReasoning } from './reasoning.js';
import type { Events, ItemKind, OpenItem, ResponsesState } from './stream-state.js';
import { itemKeyOf, nextPart, withItem } from './stream-state.js';
import { wordsIn } from './wire.js';

export const decodeItemAdded: EventReader = (state, events, event) =>
  isRecord(event['item']) ? addItem(state, events, itemKeyOf(event), event['item']) : state;

export const decodeItemDone: EventReader = (state, events, event) =>
  isRecord(event['item']) ? completeItem(state, events, itemKeyOf(event), event['item']) : state;

export const decodeArgumentsDelta: EventReader = (state, events, event) =>
  pushArguments(state, events, itemKeyOf(event), wordsIn(event, 'delta'));

export const decodeArgumentsDone: EventReader = (before, events, event) => {
  const key = itemKeyOf(event);
  const state = fillArguments(before, events, key, wordsIn(event, 'arguments') ?? wordsIn(event, 'input'));
  const open = state.items[key];
  return open === undefined ? state : withItem(state, key, { ...open, isSaid: true });
};

const kinds: ReadonlyMap<string, ItemKind> = new Map<string, ItemKind>([
  ['message', 'message'],
  ['reasoning', 'reasoning'],
  ['function_call', 'call'],
  ['custom_tool_call', 'custom-call'],
]);

function addItem(before: ResponsesState, events: Events, key: string, item: JsonRecord): ResponsesState {
  const type = wordsIn(item, 'type') ?? 'item';
  const kind = kinds.get(type) ?? 'server-tool';
  const id = wordsIn(item, 'id');
  const open: OpenItem = {
    kind,
    ...(id !== undefined && { id }),
    callId: wordsIn(item, 'call_id') ?? id ?? `item-${key}`,
    name: wordsIn(item, 'name') ?? type.replace(/_call$/, ''),
    hasArguments: false,
    isSaid: false,
    isDone: false,
  };
  const state = withItem(before, key, open);
  const { callId, name } = open;
  if (kind === 'server-tool') events.push({ type: 'server-tool', callId, name, phase: 'start', data: asJson(item) });
  return isCall(open) ? startCall(state, events, open) : state;
}

function startCall(state: ResponsesState, events: Events, { callId, name, kind }: OpenItem): ResponsesState {
  const { part, state: numbered } = nextPart(state);
  events.push({ type: 'tool-call-start', part, callId, name });
  // A custom tool takes free text: it is written into an object as it comes.
  if (kind === 'custom-call') events.push({ type: 'tool-call-delta', callId, json: '{"input":"' });
  return numbered;
}

/** An item that is whole. Those that were never announced are announced now. */
export function completeItem(before: ResponsesState, events: Events, key: string, item: JsonRecord): ResponsesState {
  const state = before.items[key] === undefined ? addItem(before, events, key, item) : before;
  const open = state.items[key];
  if (open === undefined || open.isDone) return state;
  const completed = complete(state, events, key, open, item);
  return withItem(completed, key, { ...(completed.items[key] ?? open), isDone: true });
}

function complete(state: ResponsesState, events: Events, key: string, open: OpenItem, item: JsonRecord): ResponsesState {
  switch (open.kind) {
    case 'message':
      return completeMessage(state, events, key, item);
    case 'reasoning':
      return completeReasoning(state, events, key, open, item);
    case 'server-tool':
      events.push({ type: 'server-tool', callId: open.callId, name: open.name, phase: 'result', data: asJson(item) });
      return state;
    case 'call':
    case 'custom-call': {
      const filled = fillArguments(state, events, key, wordsIn(item, 'arguments') ?? wordsIn(item, 'input'));
      // A call that was cut has no end, since it must not be run.
      if (wordsIn(item, 'status') !== 'incomplete') endCall(filled, events, open, item);
      return filled;
    }
  }
}

/** Ends the calls whose own end never came, where the answer as a whole did; in one that was cut short, those that are said. */
export function endOpenCalls(state: ResponsesState, events: Events, isCut: boolean): void {
  const open = Object.values(state.items).filter((item) => isCall(item) && !item.isDone);
  for (const item of open) if (item.isSaid || !isCut) endCall(state, events, item, {});
}

function endCall(state: ResponsesState, events: Events, { callId, kind }: OpenItem, item: JsonRecord): void {
  const isCustom = kind === 'custom-call';
  if (isCustom) events.push({ type: 'tool-call-delta', callId, json: '"}' });
  const providerData = { ...sentBack(item, isCustom), ...state.providerData[callId] };
  events.push({ type: 'tool-call-end', callId, ...(Object.keys(providerData).length > 0 && { providerData }) });
}

/** What a call must carry when it is sent back: which kind it is, where its tool was found and who called. */
function sentBack(item: JsonRecord, isCustom: boolean): JsonObject {
  const namespace = wordsIn(item, 'namespace');
  const caller = item['caller'];
  return {
    ...(isCustom && { type: 'custom' }),
    ...(namespace !== undefined && { namespace }),
    ...(isRecord(caller) && { caller: asJson(caller) }),
  };
}

export function isCall({ kind }: OpenItem): boolean {
  return kind === 'call' || kind === 'custom-call';
}

function pushArguments(state: ResponsesState, events: Events, key: string, text: string | undefined): ResponsesState {
  const open = state.items[key];
  if (text === undefined || open === undefined || !isCall(open) || open.isDone) return state;
  // The inside of a JSON string: pieces of one can be escaped one by one.
  const json = open.kind === 'custom-call' ? JSON.stringify(text).slice(1, -1) : text;
  events.push({ type: 'tool-call-delta', callId: open.callId, json });
  return open.hasArguments ? state : withItem(state, key, { ...open, hasArguments: true });
}

function fillArguments(state: ResponsesState, events: Events, key: string, text: string | undefined): ResponsesState {
  return state.items[key]?.hasArguments === true ? state : pushArguments(state, events, key, text);
}
