import { isContent } from '../../src/contracts/milestones.js';
import type { StreamEvent, Usage } from '../../src/contracts/stream-event.js';
import { messagesDoor } from '../../src/dialects/anthropic-messages/door.js';
import { generateContentDoor } from '../../src/dialects/gemini-generate-content/door.js';
import { chatDoor } from '../../src/dialects/openai-chat/door.js';
import { responsesDoor } from '../../src/dialects/openai-responses/door.js';
import type { Door } from '../../src/kit/door.js';
import type { TapDepth } from '../../src/kit/wire-tap.js';
import type { RecordedWire, Recording } from './cases.js';
import { casesOf, describeRecordings } from './cases.js';
import { cutShort, failingMidway, reframings } from './replay.js';

const doors: Readonly<Record<RecordedWire, Door>> = {
  chat: chatDoor,
  responses: responsesDoor,
  messages: messagesDoor,
  'generate-content': generateContentDoor,
};

/** What is counted of an answer that passed by. */
interface Facts {
  model?: string;
  id?: string | undefined;
  hasContent?: boolean;
  usage?: Usage;
  end?: unknown;
  failure?: string;
  isTruncated?: boolean;
}

/** Bytes of one network read. */
const readLength = 1_200;

function factsOf(door: Door, { provider }: Recording, text: string, depth: TapDepth, leavesAfter = Number.POSITIVE_INFINITY): Facts {
  const tap = door.tapFor(provider, 'text/event-stream', depth);
  const facts: Facts = {};
  const tell = (events: readonly StreamEvent[]): void => {
    for (const event of events) note(facts, event);
  };
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length && at < leavesAfter; at += readLength) tell(tap?.read(bytes.subarray(at, at + readLength)) ?? []);
  if (leavesAfter < bytes.length) {
    tell(tap?.leave?.() ?? []);
    return facts;
  }
  const verdict = tap?.end();
  tell(verdict?.events ?? []);
  if (verdict?.failure !== undefined) facts.failure = verdict.failure.code;
  return { ...facts, isTruncated: verdict?.isTruncated === true };
}

function note(facts: Facts, event: StreamEvent): void {
  if (event.type === 'message-start') Object.assign(facts, { model: event.model, id: event.id });
  if (event.type === 'usage') facts.usage = { ...facts.usage, ...event };
  if (event.type === 'message-end') facts.end = event;
  if (isContent(event)) facts.hasContent = true;
}

const bodies: Readonly<Record<string, (recording: Recording) => string>> = {
  ...Object.fromEntries(
    Object.entries(reframings).map(([mode, reframe]) => [mode, ({ body }: Recording) => reframe(body.toString('utf8'))] as const),
  ),
  'cut short': ({ body }) => cutShort(body.toString('utf8')),
  'failing midway': ({ body, api }) => failingMidway(body.toString('utf8'), api),
};

describeRecordings('answers that are looked through for their milestones', (recordings) => {
  const apis = Object.keys(doors) as RecordedWire[];
  const streams = apis.flatMap((api) => casesOf(recordings, api).filter(({ kind }) => kind === 'stream'));

  it.each(Object.entries(bodies))('tell the same as read whole, %s', (_mode, bodyOf) => {
    const differing = streams.flatMap((recording) => {
      const door = doors[recording.api];
      const text = bodyOf(recording);
      const [whole, skimmed] = [factsOf(door, recording, text, 'all'), factsOf(door, recording, text, 'milestones')];
      return JSON.stringify(whole) === JSON.stringify(skimmed) ? [] : [{ id: recording.id, whole, skimmed }];
    });
    expect(differing).toEqual([]);
  });

  it('tell the usage so far where the reader leaves', () => {
    const differing = streams.flatMap((recording) => {
      const door = doors[recording.api];
      const text = recording.body.toString('utf8');
      const half = Math.floor(text.length / 2);
      const [whole, skimmed] = [factsOf(door, recording, text, 'all', half), factsOf(door, recording, text, 'milestones', half)];
      return JSON.stringify(whole.usage) === JSON.stringify(skimmed.usage) ? [] : [{ id: recording.id, whole, skimmed }];
    });
    expect(differing).toEqual([]);
  });
});
