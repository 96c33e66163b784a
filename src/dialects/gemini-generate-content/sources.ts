import type { JsonObject } from '../../contracts/chat.js';
import type { Citation, StreamEvent } from '../../contracts/stream-event.js';
import { numberIn, textIn } from '../../kit/json-fields.js';
import type { GenerateContentState, Step } from './stream-state.js';
import { numbersAt, recordAt, recordsAt } from './wire.js';

/**
 * Where the answer comes from: grounding in searched pages, and passages recited. The provider repeats the list as it grows;
 * each citation is given out once. The metadata as it was written comes along as a `provider-event`.
 */
export function readSources(candidate: JsonObject, state: GenerateContentState): Step {
  const grounding = recordAt(candidate, 'groundingMetadata');
  const recitation = recordAt(candidate, 'citationMetadata');
  const urlContext = recordAt(candidate, 'urlContextMetadata');
  const part = state.openPart?.part ?? Math.max(0, state.parts - 1);
  const found = [...(grounding ? groundedCitations(grounding, part) : []), ...(recitation ? recitations(recitation, part) : [])];
  const keyed = found.map((citation) => ({ citation, key: keyOf(citation) }));
  const fresh = keyed.filter(({ key }, index) => !state.citations.includes(key) && keyed.findIndex((other) => other.key === key) === index);
  const events: StreamEvent[] = fresh.map(({ citation }) => citation);
  if (grounding !== undefined) events.push({ type: 'provider-event', name: 'groundingMetadata', data: grounding });
  if (urlContext !== undefined) events.push({ type: 'provider-event', name: 'urlContextMetadata', data: urlContext });
  return { events, state: { ...state, citations: [...state.citations, ...fresh.map(({ key }) => key)] } };
}

/** One citation for each source of each supported passage, and one for each source that supports none in particular. */
function groundedCitations(grounding: JsonObject, part: number): readonly Citation[] {
  const chunks = recordsAt(grounding, 'groundingChunks');
  const supports = recordsAt(grounding, 'groundingSupports');
  const supported = supports.flatMap((support) =>
    numbersAt(support, 'groundingChunkIndices').flatMap((index) => {
      const chunk = chunks[index];
      return chunk === undefined ? [] : [{ ...citationFrom(chunk, part), ...passageOf(recordAt(support, 'segment') ?? {}) }];
    }),
  );
  const used = new Set(supports.flatMap((support) => numbersAt(support, 'groundingChunkIndices')));
  return [...supported, ...chunks.filter((_, index) => !used.has(index)).map((chunk) => citationFrom(chunk, part))];
}

/** `web`, `retrievedContext`, `maps` or what else a source may be called. */
function citationFrom(chunk: JsonObject, part: number): Citation {
  const [kind = 'web'] = Object.keys(chunk);
  const source = recordAt(chunk, kind) ?? {};
  return { type: 'citation', part, ...addressOf(source), data: chunk };
}

function recitations(metadata: JsonObject, part: number): readonly Citation[] {
  // Vertex AI says `citations`, the Gemini API `citationSources`.
  return [...recordsAt(metadata, 'citations'), ...recordsAt(metadata, 'citationSources')].map((source) => ({
    type: 'citation',
    part,
    ...addressOf(source),
    ...passageOf(source),
    data: source,
  }));
}

function addressOf(source: JsonObject): Pick<Citation, 'url' | 'title'> {
  const url = textIn(source, 'uri');
  const title = textIn(source, 'title');
  return { ...(url !== undefined && { url }), ...(title !== undefined && { title }) };
}

/** A start of 0 is left out on this wire. Offsets count bytes. */
function passageOf(segment: JsonObject): Pick<Citation, 'start' | 'end' | 'citedText'> {
  const end = numberIn(segment, 'endIndex');
  const citedText = textIn(segment, 'text');
  return {
    ...(end !== undefined && { start: numberIn(segment, 'startIndex') ?? 0, end }),
    ...(citedText !== undefined && { citedText }),
  };
}

function keyOf({ url, start, end, data }: Citation): string {
  return JSON.stringify([url ?? data, start, end]);
}
