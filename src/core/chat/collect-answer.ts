import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import type { AnswerPart, ChatAnswer, ContentEvent, MessageEnd, MessageStart, StreamEvent, Usage } from '../../contracts/stream-event.js';

type EventOf<Type extends StreamEvent['type']> = Extract<StreamEvent, { readonly type: Type }>;

/** A part of the answer while its pieces arrive. */
interface OpenPart {
  add(event: StreamEvent): void;
  whole(): AnswerPart;
}

/** What a whole stream says, as one answer: its parts in the order in which they began. Pure. */
export function collectAnswer(streamId: string, events: readonly StreamEvent[]): ChatAnswer {
  const parts = new Map<string, OpenPart>();
  let start: MessageStart | undefined;
  let end: MessageEnd | undefined;
  let running: Usage | undefined;
  for (const event of events) {
    if (event.type === 'message-start') start = event;
    else if (event.type === 'message-end') end = event;
    else if (event.type === 'usage') running = usageOf(event);
    else partFor(event, parts)?.add(event);
  }
  const usage = end?.usage ?? running;
  return {
    streamId,
    ...(start?.id !== undefined && { id: start.id }),
    model: start?.model ?? '',
    role: 'assistant',
    content: [...parts.values()].map((part) => part.whole()),
    reason: end?.reason ?? 'other',
    ...(end?.providerReason !== undefined && { providerReason: end.providerReason }),
    ...(usage !== undefined && { usage }),
    ...(start?.untranslated !== undefined && { untranslated: start.untranslated }),
  };
}

function usageOf({ type: _type, ...usage }: EventOf<'usage'>): Usage {
  return usage;
}

function partFor(event: ContentEvent, parts: Map<string, OpenPart>): OpenPart | undefined {
  const key = keyOf(event, parts.size);
  const present = parts.get(key);
  if (present !== undefined) return present;
  const made = partOf(event);
  if (made !== undefined) parts.set(key, made);
  return made;
}

/** Events with one key make one part. */
function keyOf(event: ContentEvent, count: number): string {
  switch (event.type) {
    case 'tool-call-start':
    case 'tool-call-delta':
    case 'tool-call-end':
      return `tool-call ${event.callId}`;
    case 'server-tool':
      return `server-tool ${event.callId}`;
    case 'file':
    case 'citation':
    case 'provider-event':
      return `one ${String(count)}`;
    default:
      return `${event.type} ${String(event.part)}`;
  }
}

function partOf(event: ContentEvent): OpenPart | undefined {
  switch (event.type) {
    case 'text-delta':
      return openText('text');
    case 'refusal-delta':
      return openText('refusal');
    case 'reasoning-delta':
      return openReasoning();
    case 'tool-call-start':
      return openToolCall(event);
    case 'audio-delta':
      return openAudio();
    case 'server-tool':
      return openServerTool(event);
    case 'file':
      return atOnce(fileFrom(event));
    case 'citation':
      return atOnce(citationFrom(event));
    case 'provider-event':
      return atOnce({ type: 'provider-event', name: event.name, data: event.data });
    case 'tool-call-delta':
    case 'tool-call-end':
      return undefined;
  }
}

function atOnce(part: AnswerPart): OpenPart {
  return { add: () => undefined, whole: () => part };
}

function openText(type: 'text' | 'refusal'): OpenPart {
  let text = '';
  return {
    add: (event) => {
      if (event.type === 'text-delta' || event.type === 'refusal-delta') text += event.text;
    },
    whole: () => ({ type, text }),
  };
}

function openReasoning(): OpenPart {
  let text: string | undefined;
  let marks: Pick<EventOf<'reasoning-delta'>, 'signature' | 'encrypted' | 'id'> = {};
  return {
    add: (event) => {
      if (event.type !== 'reasoning-delta') return;
      const { type: _type, part: _part, text: piece, ...given } = event;
      if (piece !== undefined) text = (text ?? '') + piece;
      marks = { ...marks, ...given };
    },
    whole: () => ({ type: 'reasoning', ...(text !== undefined && { text }), ...marks }),
  };
}

function openToolCall({ callId, name }: EventOf<'tool-call-start'>): OpenPart {
  let json = '';
  let end: EventOf<'tool-call-end'> | undefined;
  return {
    add: (event) => {
      if (event.type === 'tool-call-delta') json += event.json;
      if (event.type === 'tool-call-end') end = event;
    },
    whole: () => {
      const called = end === undefined ? undefined : argumentsFrom(json);
      // Cut in the middle: it must not look like a call that could be run.
      if (called === undefined) return { type: 'provider-event', name: 'tool-call-incomplete', data: { callId, name, json } };
      const providerData = end?.providerData;
      return { type: 'tool-call', callId, name, arguments: called, ...(providerData !== undefined && { providerData }) };
    },
  };
}

function argumentsFrom(json: string): JsonObject | undefined {
  if (json.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    // JSON.parse gives nothing that is not JSON.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function openAudio(): OpenPart {
  const pieces: Buffer[] = [];
  let transcript = '';
  return {
    add: (event) => {
      if (event.type !== 'audio-delta') return;
      // Each piece may end in padding of its own, so texts of base64 cannot be joined as they are.
      if (event.data !== undefined) pieces.push(Buffer.from(event.data, 'base64'));
      transcript += event.transcript ?? '';
    },
    whole: () => ({ type: 'audio', data: Buffer.concat(pieces).toString('base64'), transcript }),
  };
}

function openServerTool({ callId, name }: EventOf<'server-tool'>): OpenPart {
  let data: JsonValue | undefined;
  let result: JsonValue | undefined;
  return {
    add: (event) => {
      if (event.type !== 'server-tool' || event.data === undefined) return;
      if (event.phase === 'result') result = event.data;
      else data = typeof data === 'string' && typeof event.data === 'string' ? data + event.data : event.data;
    },
    whole: () => ({ type: 'server-tool', callId, name, ...(data !== undefined && { data }), ...(result !== undefined && { result }) }),
  };
}

function fileFrom({ mediaType, data, url }: EventOf<'file'>): AnswerPart {
  const type = mediaType.startsWith('image/') ? 'image' : 'file';
  return { type, mediaType, ...(data !== undefined && { data }), ...(url !== undefined && { url }) };
}

function citationFrom({ part: _part, ...citation }: EventOf<'citation'>): AnswerPart {
  return citation;
}
