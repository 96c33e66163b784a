import type { EncodedStep, StreamEncoder } from '../../contracts/behaviours/stream-encoder.js';
import type { JsonValue } from '../../contracts/chat.js';
import type { ContentEvent, MessageEnd, StreamEvent, Usage, UsageEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import { asJson } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { errorReport } from './error-encoder.js';
import { closeBlock, writeContent } from './written-blocks.js';
import { writeEnd, writeStart } from './written-message.js';
import type { MessagesWriting, Pen, WireEvent } from './writing.js';
import { penFor } from './writing.js';

/**
 * Writes a streamed answer of the Messages wire. Its blocks follow each other: what belongs to another part while a call is open
 * waits for the end of the call. `message_start` waits for the event behind ours, since it tells what was read.
 */
export const anthropicMessagesEncoder: StreamEncoder<MessagesWriting> = {
  encode(event, state): EncodedStep<MessagesWriting> {
    const pen = penFor(state);
    write(event, pen);
    return { frames: pen.events.map(frameOf), notices: pen.notices, state: pen.state };
  },
  fail: (error) => [frameOf(errorReport(error))],
};

/** The wire's events for one of ours. */
export function write(event: StreamEvent, pen: Pen): void {
  // What is not of the content is kept for the events that begin and end the message.
  if (event.type === 'message-start') pen.state = { ...pen.state, start: event };
  else if (event.type === 'usage') pen.state = { ...pen.state, usage: usageIn(event) };
  else if (event.type !== 'provider-event' || !keepDetails(event.name, event.data, pen)) writeNow(event, pen);
}

function writeNow(event: ContentEvent | MessageEnd, pen: Pen): void {
  const { call } = pen.state.open ?? {};
  writeStart(pen);
  if (event.type === 'message-end') endMessage(event, pen);
  else if (call !== undefined && !isOfCall(event, call)) wait(event, pen);
  else writeContent(event, pen);
  if (event.type === 'tool-call-end') writeWaiting(pen);
}

function usageIn({ type: _type, ...usage }: UsageEvent): Usage {
  return usage;
}

function wait(event: ContentEvent, pen: Pen): void {
  pen.state = { ...pen.state, waiting: [...pen.state.waiting, event] };
}

/** What our decoder reports of a message beside its content goes back into the message's own events. */
function keepDetails(name: string, data: JsonValue, pen: Pen): boolean {
  if (!isRecord(data)) return false;
  const { startDetails, endDetails, hasBegun } = pen.state;
  if (name === 'message_start' && !hasBegun) pen.state = { ...pen.state, startDetails: { ...startDetails, ...asJson(data) } };
  else if (name === 'message_delta') pen.state = { ...pen.state, endDetails: { ...endDetails, ...asJson(data) } };
  else return false;
  return true;
}

function isOfCall(event: StreamEvent, callId: string): boolean {
  return (event.type === 'tool-call-delta' || event.type === 'tool-call-end') && event.callId === callId;
}

function writeWaiting(pen: Pen): void {
  const { waiting } = pen.state;
  if (waiting.length === 0 || pen.state.open !== undefined) return;
  pen.state = { ...pen.state, waiting: [] };
  for (const event of waiting) write(event, pen);
}

/** A call that was cut has no end; its block ends with the message all the same. */
function endMessage(event: MessageEnd, pen: Pen): void {
  do {
    closeBlock(pen);
    writeWaiting(pen);
  } while (pen.state.open !== undefined || pen.state.waiting.length > 0);
  writeEnd(event, pen);
}

function frameOf(event: WireEvent): ServerSentEvent {
  return { event: event.type, data: JSON.stringify(event) };
}
