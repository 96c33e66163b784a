import type { JsonObject } from '../../contracts/chat.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { textIn } from '../../kit/json-fields.js';
import { readFunctionCall } from './function-calls.js';
import type { GenerateContentState, Step } from './stream-state.js';
import { newPart, partFor, unchanged } from './stream-state.js';
import { recordAt } from './wire.js';

/** What one part of an answer's content means. */
export function readPart(part: JsonObject, state: GenerateContentState): Step {
  const signature = textIn(part, 'thoughtSignature');
  const call = recordAt(part, 'functionCall');
  if (call !== undefined) return readFunctionCall(call, signature, state);
  const text = textIn(part, 'text');
  if (text !== undefined) return part['thought'] === true ? readThought(text, signature, state) : readText(text, signature, state);
  const step = readOther(part, state);
  // The signature of a part that has no place for it of its own follows it.
  return signature === undefined || recordAt(part, 'executableCode') !== undefined ? step : signed(step, signature);
}

function readText(text: string, signature: string | undefined, state: GenerateContentState): Step {
  if (text === '') return signature === undefined ? unchanged(state) : signed(unchanged(state), signature);
  const { part, state: next } = partFor(state, 'text');
  const step: Step = { events: [{ type: 'text-delta', part, text }], state: next };
  return signature === undefined ? step : signed(step, signature);
}

/** A signature completes its thought: what follows is another. */
function readThought(text: string, signature: string | undefined, state: GenerateContentState): Step {
  if (text === '' && signature === undefined) return unchanged(state);
  const { part, state: next } = partFor(state, 'reasoning');
  const delta: StreamEvent = { type: 'reasoning-delta', part, ...(text !== '' && { text }), ...(signature !== undefined && { signature }) };
  if (signature === undefined) return { events: [delta], state: next };
  const { openPart: _, ...closed } = next;
  return { events: [delta], state: closed };
}

/** A signature beside a text, or on an empty one, goes back as a part of its own. */
function signed(step: Step, signature: string): Step {
  const { part, state } = newPart(step.state);
  return { events: [...step.events, { type: 'reasoning-delta', part, signature }], state };
}

function readOther(part: JsonObject, state: GenerateContentState): Step {
  const code = recordAt(part, 'executableCode');
  if (code !== undefined) return readCode(part, code, state);
  const result = recordAt(part, 'codeExecutionResult');
  if (result !== undefined) return readCodeResult(result, state);
  // A picture that was thought of is no part of the answer.
  const file = part['thought'] === true ? undefined : fileFrom(part);
  if (file === undefined) return readUnknown(part, state);
  const { part: number, state: next } = newPart(state);
  return { events: [{ type: 'file', part: number, ...file }], state: next };
}

function readCode(part: JsonObject, code: JsonObject, state: GenerateContentState): Step {
  const signature = textIn(part, 'thoughtSignature');
  const codeRuns = state.codeRuns + 1;
  const next = { ...newPart(state).state, parts: state.parts, codeRuns };
  const data = { type: 'executableCode', ...code, ...(signature !== undefined && { thoughtSignature: signature }) };
  return { events: [{ type: 'server-tool', callId: runId(code, next), name: 'codeExecution', phase: 'start', data }], state: next };
}

/** A result without an id belongs to the last code. */
function readCodeResult(result: JsonObject, state: GenerateContentState): Step {
  const next = { ...newPart(state).state, parts: state.parts };
  const callId = runId(result, next);
  const data = { type: 'codeExecutionResult', ...result };
  return { events: [{ type: 'server-tool', callId, name: 'codeExecution', phase: 'result', data }], state: next };
}

function runId(run: JsonObject, { responseId, codeRuns }: GenerateContentState): string {
  return textIn(run, 'id') ?? ['code', responseId, codeRuns].filter((word) => word !== undefined).join('-');
}

function fileFrom(part: JsonObject): { readonly mediaType: string; readonly data?: string; readonly url?: string } | undefined {
  const blob = recordAt(part, 'inlineData');
  const data = blob && textIn(blob, 'data');
  if (data !== undefined) return { mediaType: mediaTypeOf(blob), data };
  const file = recordAt(part, 'fileData');
  const url = file && textIn(file, 'fileUri');
  return url === undefined ? undefined : { mediaType: mediaTypeOf(file), url };
}

function mediaTypeOf(file: JsonObject | undefined): string {
  return (file && textIn(file, 'mimeType')) ?? 'application/octet-stream';
}

/** Named after the field that says what the part is; a function's response that the provider got itself is one of these. */
function readUnknown(part: JsonObject, state: GenerateContentState): Step {
  const name = Object.keys(part).find((field) => field !== 'thought' && field !== 'thoughtSignature');
  return name === undefined ? unchanged(state) : { events: [{ type: 'provider-event', name, data: part }], state };
}
