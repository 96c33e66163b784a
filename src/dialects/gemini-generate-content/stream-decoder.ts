import type { StreamDecoder } from '../../contracts/behaviours/stream-decoder.js';
import type { JsonObject } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { isContent } from '../../contracts/milestones.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import { numberIn, textIn } from '../../kit/json-fields.js';
import { errorFromReport, errorFromText } from './errors.js';
import { finishFromWire } from './finish-reason.js';
import { closeCall } from './function-calls.js';
import { logprobsFromWire } from './logprobs.js';
import { readPart } from './parts.js';
import { readSources } from './sources.js';
import type { GenerateContentState, Step, Steps } from './stream-state.js';
import { initialState, partFor, stepsFrom, unchanged } from './stream-state.js';
import { isSameUsage, usageFromWire } from './usage.js';
import { objectsFrom, recordAt, recordsAt, unknownFields } from './wire.js';

const knownResponseFields: ReadonlySet<string> = new Set([
  'candidates',
  'createTime',
  'modelVersion',
  'promptFeedback',
  'responseId',
  'usageMetadata',
]);

const knownCandidateFields: ReadonlySet<string> = new Set([
  'citationMetadata',
  'content',
  'finishReason',
  'groundingMetadata',
  'index',
  'logprobsResult',
  'urlContextMetadata',
]);

/**
 * Reads a streamed answer, an answer in one piece (as a stream of one event), and the objects of a body without `alt=sse`.
 * The wire has no last event: the answer is whole when the body ends after a `finishReason` or a `promptFeedback.blockReason`.
 * More may follow a `finishReason`, where the provider ran a tool and went on.
 */
export function geminiGenerateContentDecoder(provider: string): StreamDecoder<GenerateContentState> {
  return {
    decode: (event, state = initialState(provider)) => readEvent(event, state),
    end: (state) => lastEvents(state, provider),
    stray(text) {
      const error = errorFromText(provider, text);
      if (error !== undefined) throw error;
    },
  };
}

function readEvent({ data }: ServerSentEvent, state: GenerateContentState): Step {
  // Proxies add the other wires' marker.
  if (data === '[DONE]') return unchanged(state);
  const chunks = objectsFrom(data);
  if (chunks === undefined) {
    throw new MaestroError('upstream.malformed', { provider: state.provider, problem: 'an event of the stream is no JSON' });
  }
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return readChunk(only, state);
  const steps = stepsFrom(state);
  for (const chunk of chunks) steps.take(readChunk(chunk, steps.state));
  return { events: steps.events, state: steps.state };
}

function readChunk(chunk: JsonObject, state: GenerateContentState): Step {
  const report = recordAt(chunk, 'error');
  if (report !== undefined) throw errorFromReport(state.provider, report);
  const steps = stepsFrom(state);
  if (!state.hasBegun) steps.take(begin(chunk, state));
  const candidate = recordsAt(chunk, 'candidates').find(isFirst);
  if (candidate !== undefined) readCandidate(candidate, steps);
  const feedback = recordAt(chunk, 'promptFeedback');
  if (feedback !== undefined) steps.take(readFeedback(feedback, steps.state));
  const unknown = unknownFields(chunk, knownResponseFields);
  if (unknown !== undefined) steps.take(readUnknown('response', unknown, steps.state));
  const usageMetadata = recordAt(chunk, 'usageMetadata');
  if (usageMetadata !== undefined) steps.take(readUsage(usageMetadata, steps.state));
  return { events: steps.events, state: steps.state };
}

function isFirst(candidate: JsonObject): boolean {
  return (numberIn(candidate, 'index') ?? 0) === 0;
}

function begin(chunk: JsonObject, state: GenerateContentState): Step {
  const id = textIn(chunk, 'responseId');
  return {
    events: [{ type: 'message-start', ...(id !== undefined && { id }), model: textIn(chunk, 'modelVersion') ?? '' }],
    state: { ...state, hasBegun: true, ...(id !== undefined && { responseId: id }) },
  };
}

function readCandidate(candidate: JsonObject, steps: Steps): void {
  const content = recordAt(candidate, 'content');
  if (content !== undefined) for (const part of recordsAt(content, 'parts')) steps.take(readPart(part, steps.state));
  if (steps.events.some(isContent)) steps.take(reopened(steps.state));
  const logprobs = recordAt(candidate, 'logprobsResult');
  if (logprobs !== undefined) steps.take(readLogprobs(logprobs, steps.state));
  if (hasSources(candidate)) steps.take(readSources(candidate, steps.state));
  const unknown = unknownFields(candidate, knownCandidateFields);
  if (unknown !== undefined) steps.take(readUnknown('candidate', unknown, steps.state));
  const finishReason = textIn(candidate, 'finishReason');
  if (finishReason !== undefined) steps.take({ events: [], state: { ...steps.state, finishReason } });
}

/** The provider went on after its `finishReason`: there is another one to come. */
function reopened({ finishReason: _finishReason, ...state }: GenerateContentState): Step {
  return unchanged(state);
}

function hasSources(candidate: JsonObject): boolean {
  return 'groundingMetadata' in candidate || 'citationMetadata' in candidate || 'urlContextMetadata' in candidate;
}

/** They are of the chunk as a whole, so they follow its texts, with an empty one. */
function readLogprobs(result: JsonObject, state: GenerateContentState): Step {
  const logprobs = logprobsFromWire(result);
  if (logprobs.length === 0) return unchanged(state);
  const { part, state: next } = partFor(state, 'text');
  return { events: [{ type: 'text-delta', part, text: '', logprobs }], state: next };
}

function readFeedback(feedback: JsonObject, state: GenerateContentState): Step {
  const blockReason = textIn(feedback, 'blockReason');
  return {
    events: [{ type: 'provider-event', name: 'promptFeedback', data: feedback }],
    state: blockReason === undefined ? state : { ...state, blockReason },
  };
}

/** Fields that stay the same from chunk to chunk are given out once. */
function readUnknown(name: string, fields: JsonObject, state: GenerateContentState): Step {
  const text = JSON.stringify(fields);
  if (state.unknown[name] === text) return unchanged(state);
  return {
    events: [{ type: 'provider-event', name, data: fields }],
    state: { ...state, unknown: { ...state.unknown, [name]: text } },
  };
}

/** Cumulative, and in every chunk: the last one counts. */
function readUsage(usageMetadata: JsonObject, state: GenerateContentState): Step {
  const usage = usageFromWire(usageMetadata);
  if (usage === undefined) return unchanged(state);
  const next = { ...state, usage, usageMetadata };
  return isSameUsage(usage, state.usage) ? { events: [], state: next } : { events: [{ type: 'usage', ...usage }], state: next };
}

function lastEvents(state: GenerateContentState | undefined, provider: string): readonly StreamEvent[] {
  const providerReason = state?.blockReason ?? state?.finishReason;
  if (state === undefined || providerReason === undefined) throw new MaestroError('upstream.truncated', { provider });
  const { usage, usageMetadata } = state;
  const details: readonly StreamEvent[] =
    usageMetadata === undefined ? [] : [{ type: 'provider-event', name: 'usageMetadata', data: usageMetadata }];
  const reason = state.blockReason === undefined ? finishFromWire(providerReason, state.calls > 0) : 'content-filter';
  return [...closeCall(state).events, ...details, { type: 'message-end', reason, providerReason, ...(usage !== undefined && { usage }) }];
}
