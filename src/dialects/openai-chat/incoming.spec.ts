import fc from 'fast-check';

import {
  inputMessage,
  propertyRuns,
  samplingOptions,
  someCall,
  someJson,
  someName,
  someOf,
  someText,
  someTool,
  someUsage,
  textPart,
  thought,
} from '../../../test/support/chat-arbitraries.js';
import { throughTheWire } from '../../../test/support/through-the-wire.js';
import type { ChatMessage, ChatOptions, ChatRequest } from '../../contracts/chat.js';
import type { FinishReason, StreamEvent } from '../../contracts/stream-event.js';
import { wordOfFinish } from './finish-reason.js';
import { encodeChatRequest } from './request.js';
import { decodeChatRequest } from './request-decoder.js';
import { openAiChatDecoder } from './stream-decoder.js';
import { openAiChatEncoder } from './stream-encoder.js';

const vendor = { provider: 'own', takesReasoningBack: true, takesReasoningDetails: true, takesTopK: true } as const;

/** In the order that the wire has: thoughts, words, calls. */
const assistant: fc.Arbitrary<ChatMessage> = fc.oneof(
  someText.map((content): ChatMessage => ({ role: 'assistant', content })),
  fc
    .tuple(
      fc.oneof(
        fc.array(
          fc.tuple(thought, someText).map(([part, signature]) => ({ ...part, signature })),
          { maxLength: 3 },
        ),
        fc.constant([]),
      ),
      fc.option(textPart, { nil: undefined }),
      fc.uniqueArray(someCall, { minLength: 1, maxLength: 3, selector: ({ callId }) => callId }),
    )
    .map(([thoughts, text, calls]): ChatMessage => ({
      role: 'assistant',
      content: [...thoughts, ...(text === undefined ? [] : [text]), ...calls],
    })),
);

const messages = fc.array(
  fc.oneof(
    someText.map((content): ChatMessage => ({ role: 'system', content })),
    inputMessage,
    assistant,
    fc
      .tuple(someName, someText)
      .map(([callId, result]): ChatMessage => ({ role: 'tool', content: [{ type: 'tool-result', callId, result }] })),
  ),
  { maxLength: 5 },
);

const options: fc.Arbitrary<Partial<ChatOptions>> = someOf<Required<ChatOptions>>({
  ...samplingOptions,
  topK: fc.integer({ min: 1, max: 99 }),
  stop: fc.array(someText, { minLength: 1, maxLength: 4 }),
  seed: fc.integer(),
  frequencyPenalty: fc.integer({ min: -2, max: 2 }).map((value) => value + 0),
  presencePenalty: fc.integer({ min: -2, max: 2 }).map((value) => value + 0),
  toolChoice: fc.oneof(
    fc.constantFrom('auto', 'none', 'required'),
    someName.map((name) => ({ name })),
  ),
  reasoning: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high').map((effort) => ({ effort }) as const),
});

const request: fc.Arbitrary<ChatRequest> = fc
  .tuple(someName, messages, fc.array(someTool, { minLength: 1, maxLength: 3 }), options)
  .map(([model, said, tools, chosen]) => ({ model, messages: said, tools, ...(Object.keys(chosen).length > 0 && { options: chosen }) }));

/** Events as this wire has them: one part of text, calls that end together, usage at the end. */
const delta: fc.Arbitrary<StreamEvent> = fc.oneof(
  someText.map((text): StreamEvent => ({ type: 'text-delta', part: 0, text })),
  someText.map((text): StreamEvent => ({ type: 'text-delta', part: 0, text, logprobs: [{ token: text, logprob: -0.5 }] })),
  someText.map((text): StreamEvent => ({ type: 'refusal-delta', part: 1, text })),
  fc
    .tuple(
      fc.constantFrom(2, 3),
      fc.oneof(
        someText.map((text) => ({ text })),
        someText.map((signature) => ({ signature })),
        someText.map((encrypted) => ({ encrypted })),
      ),
    )
    .map(([part, piece]): StreamEvent => ({ type: 'reasoning-delta', part, ...piece })),
  fc.tuple(fc.constantFrom(2, 3), someText, someName).map(([part, text, id]): StreamEvent => ({ type: 'reasoning-delta', part, text, id })),
  fc.tuple(someName, someText).map(([name, title]): StreamEvent => ({
    type: 'citation',
    part: 0,
    url: `https://a.example/${name}`,
    title,
    start: 1,
    end: 2,
    data: { type: 'url_citation', url_citation: { url: `https://a.example/${name}`, title, start_index: 1, end_index: 2 } },
  })),
  someOf({ data: fc.constant('AAAA'), transcript: someText })
    .filter((piece) => Object.keys(piece).length > 0)
    .map((piece): StreamEvent => ({ type: 'audio-delta', part: 4, ...piece })),
  fc.constant({ type: 'file', part: 5, mediaType: 'image/png', data: 'AAAA' } as const),
);

interface Call {
  readonly callId: string;
  readonly name: string;
  readonly pieces: readonly string[];
  readonly data: Readonly<Record<string, string>> | undefined;
}

/** Neither is empty: the least text of an object has two characters. */
function inTwo(text: string, at: number): readonly string[] {
  const cut = 1 + (at % (text.length - 1));
  return [text.slice(0, cut), text.slice(cut)];
}

const calls: fc.Arbitrary<readonly Call[]> = fc.uniqueArray(
  fc.record({
    callId: someName,
    name: someName,
    pieces: fc.tuple(someJson, fc.nat()).map(([whole, at]) => inTwo(JSON.stringify(whole), at)),
    data: fc.option(fc.record({ thoughtSignature: someText }, { noNullPrototype: true }), { nil: undefined }),
  }),
  { maxLength: 3, selector: ({ callId }) => callId },
);

const finishes: readonly FinishReason[] = ['stop', 'length', 'tool-calls', 'content-filter', 'pause'];

const stream: fc.Arbitrary<readonly StreamEvent[]> = fc
  .tuple(
    someName,
    someName,
    fc.array(delta, { maxLength: 8 }),
    calls,
    fc.constantFrom(...finishes),
    fc.option(someUsage, { nil: undefined }),
  )
  .map(([id, model, deltas, made, reason, usage]) => [
    { type: 'message-start', id, model },
    ...deltas,
    ...made.flatMap(({ callId, name, pieces }): readonly StreamEvent[] => [
      { type: 'tool-call-start', part: 0, callId, name },
      ...pieces.map((json) => ({ type: 'tool-call-delta', callId, json }) as const),
    ]),
    ...made.map(({ callId, data }): StreamEvent => ({ type: 'tool-call-end', callId, ...(data !== undefined && { providerData: data }) })),
    { type: 'message-end', reason, providerReason: wordOfFinish(reason, undefined), ...(usage !== undefined && { usage }) },
  ]);

/** Parts are numbered as they appear; calls and files each are one. */
function numbered(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const known = new Map<string, number>();
  return events.map((event, at) => {
    if (!('part' in event)) return event;
    const own = event.type === 'tool-call-start' || event.type === 'file' ? `${event.type} ${String(at)}` : String(event.part);
    if (!known.has(own)) known.set(own, known.size);
    return { ...event, part: known.get(own) ?? 0 };
  });
}

describe('the two halves of Chat Completions', () => {
  it('read a request as it was written', () => {
    fc.assert(
      fc.property(request, (given) => {
        expect(decodeChatRequest(JSON.parse(JSON.stringify(encodeChatRequest(given, vendor))), 'own')).toEqual({
          request: given,
          stream: true,
          includeUsage: true,
          notices: [],
        });
      }),
      propertyRuns,
    );
  });

  it('read a stream as it was written', () => {
    fc.assert(
      fc.property(stream, (given) => {
        const events = throughTheWire(given, openAiChatEncoder({ created: 0, includeUsage: true }), openAiChatDecoder('maestro')).filter(
          ({ type }) => type !== 'usage',
        );
        expect(events).toEqual(numbered(given));
      }),
      propertyRuns,
    );
  });
});
