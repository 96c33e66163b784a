import type { FinishReason } from '../../contracts/stream-event.js';
import { isCutShort } from '../../kit/cut-short.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { numberIn, recordIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import type { ChatState, Events, OpenCall } from './stream-state.js';
import { nextPart } from './stream-state.js';
import { recordsIn, wordsIn } from './wire.js';

/** A piece of a call, in the one form that both the list and its forerunner `function_call` fit. */
interface Fragment {
  readonly wireId: string | undefined;
  readonly wireIndex: number | undefined;
  readonly name: string | undefined;
  readonly json: string;
  readonly isCustom: boolean;
}

export function decodeToolCalls(state: ChatState, events: Events, delta: JsonRecord): ChatState {
  const fragments = recordsIn(delta, 'tool_calls').map(fragmentFrom);
  if (isRecord(delta['function_call'])) fragments.push({ ...fragmentFrom({ function: delta['function_call'] }), wireIndex: 0 });
  return fragments.reduce((current, fragment) => decodeFragment(current, events, fragment), state);
}

/** Ends the calls that are open: nothing of theirs follows. One that was cut has no end, since it must not be run. */
export function endToolCalls(state: ChatState, events: Events, reason: FinishReason): ChatState {
  if (state.calls.length === 0) return state;
  for (const [at, call] of state.calls.entries()) {
    const { callId, isCustom } = call;
    if (isCutShort(reason) && isCut(call, at === state.calls.length - 1)) continue;
    if (isCustom) events.push({ type: 'tool-call-delta', callId, json: '"}' });
    const providerData = { ...(isCustom && { type: 'custom' }), ...state.providerData[callId] };
    events.push({ type: 'tool-call-end', callId, ...(Object.keys(providerData).length > 0 && { providerData }) });
  }
  return { ...state, calls: [] };
}

/** Arguments tell themselves whether they are whole; of a free text, or of none at all, the last call's may go on. */
function isCut({ isCustom, text }: OpenCall, isLast: boolean): boolean {
  return isCustom || text === '' ? isLast : !isRecord(jsonFrom(text));
}

function fragmentFrom(call: JsonRecord): Fragment {
  const custom = recordIn(call, 'custom');
  // Vendors that fill every field in send an empty one of these beside the other.
  const isCustom = wordsIn(custom, 'name') !== undefined || wordsIn(custom, 'input') !== undefined;
  const body = isCustom ? custom : recordIn(call, 'function');
  return {
    wireId: wordsIn(call, 'id'),
    wireIndex: numberIn(call, 'index'),
    name: wordsIn(body, 'name'),
    json: argumentsIn(body),
    isCustom,
  };
}

/** Mostly a text; some vendors send whole arguments as an object, and `null` for none. */
function argumentsIn(body: JsonRecord): string {
  const value = body['arguments'] ?? body['input'];
  if (typeof value === 'string') return value;
  return isRecord(value) ? JSON.stringify(value) : '';
}

function decodeFragment(state: ChatState, events: Events, fragment: Fragment): ChatState {
  const known = callOf(state.calls, fragment);
  if (known !== undefined) {
    pushArguments(events, known, fragment.json);
    const grown = { ...known, text: known.text + fragment.json };
    return { ...state, calls: state.calls.map((call) => (call === known ? grown : call)) };
  }
  // Vendors pad the list with entries that name nothing: there is nothing to call.
  return fragment.name === undefined ? state : startCall(state, events, fragment, fragment.name);
}

/**
 * The call that a fragment goes on with. By index; where one vendor numbers each call 0, a new id tells them apart, and where
 * there is no index the id does; with neither it is the last one, unless a name begins another.
 */
function callOf(calls: readonly OpenCall[], { wireId, wireIndex, name }: Fragment): OpenCall | undefined {
  if (wireIndex !== undefined) {
    const call = calls.findLast((candidate) => candidate.wireIndex === wireIndex);
    const isAnother = name !== undefined && wireId !== undefined && call?.wireId !== wireId;
    return isAnother ? undefined : call;
  }
  if (wireId !== undefined) return calls.find((candidate) => candidate.wireId === wireId);
  return name === undefined ? calls.at(-1) : undefined;
}

function startCall(state: ChatState, events: Events, { wireId, wireIndex, isCustom, json }: Fragment, name: string): ChatState {
  const { part, state: numbered } = nextPart(state);
  const callId = wireId === undefined || state.callIds.includes(wireId) ? ownIdOf(state) : wireId;
  const call: OpenCall = {
    callId,
    isCustom,
    text: json,
    ...(wireId !== undefined && { wireId }),
    ...(wireIndex !== undefined && { wireIndex }),
  };
  const isRenamed = wireId !== undefined && wireId !== callId;
  events.push({ type: 'tool-call-start', part, callId, name, ...(isRenamed && { providerCallId: wireId }) });
  if (isCustom) events.push({ type: 'tool-call-delta', callId, json: '{"input":"' });
  pushArguments(events, call, json);
  return { ...numbered, calls: [...state.calls, call], callIds: [...state.callIds, callId] };
}

function pushArguments(events: Events, { callId, isCustom }: OpenCall, text: string): void {
  if (text === '') return;
  // The inside of a JSON string: pieces of one can be escaped one by one.
  const json = isCustom ? JSON.stringify(text).slice(1, -1) : text;
  events.push({ type: 'tool-call-delta', callId, json });
}

/** For calls that have no id, or one that was given away already. The answer's own id keeps it apart from those of other answers. */
function ownIdOf({ id, callIds }: ChatState): string {
  return `call_${id === undefined ? '' : `${id}_`}${String(callIds.length)}`;
}
