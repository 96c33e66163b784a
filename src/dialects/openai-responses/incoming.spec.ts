import fc from 'fast-check';

import {
  inputMessage,
  propertyRuns,
  samplingOptions,
  someCall,
  someName,
  someOf,
  someText,
  someTool,
  someUsage,
  textPart,
} from '../../../test/support/chat-arbitraries.js';
import { throughTheWire } from '../../../test/support/through-the-wire.js';
import type { ChatMessage, ChatOptions, ChatRequest, ReasoningPart } from '../../contracts/chat.js';
import type { FinishReason, StreamEvent } from '../../contracts/stream-event.js';
import { whyIncomplete } from './finish-reason.js';
import { decodeResponsesRequest } from './request-decoder.js';
import { encodeResponsesRequest } from './request.js';
import { openAiResponsesDecoder } from './stream-decoder.js';
import { openAiResponsesEncoder } from './stream-encoder.js';

/** As a provider of this wire gives it: with its id, and in a form that only it can read. */
const thought: fc.Arbitrary<ReasoningPart> = fc
  .tuple(fc.option(someText, { nil: undefined }), someText, someName)
  .map(([text, encrypted, id]) => ({ type: 'reasoning', ...(text !== undefined && { text }), encrypted, id }));

/** What other providers want back is not sent to one of this wire. */
const call = someCall.map(({ providerData, ...rest }) =>
  providerData?.['type'] === 'custom'
    ? { ...rest, providerData }
    : { ...rest, ...(providerData !== undefined && { providerData: { namespace: 'crm' } }) },
);

/** What is said in a row after something else is one piece; thoughts of one id are neighbours. */
const turn = fc
  .tuple(
    fc.uniqueArray(thought, { maxLength: 2, selector: ({ id }) => id }),
    fc.array(textPart, { maxLength: 2 }),
    fc.uniqueArray(call, { minLength: 1, maxLength: 3, selector: ({ callId }) => callId }),
  )
  .map(([thoughts, texts, calls]): ChatMessage => ({ role: 'assistant', content: [...thoughts, ...texts, ...calls] }));

const exchange = fc
  .tuple(
    inputMessage,
    fc.oneof(
      turn,
      someText.map((content): ChatMessage => ({ role: 'assistant', content })),
    ),
  )
  .map(([question, answer]): readonly ChatMessage[] => [question, answer]);

const result = fc
  .tuple(someName, fc.oneof(someText, fc.array(textPart, { minLength: 1, maxLength: 2 })))
  .map(([callId, said]): readonly ChatMessage[] => [{ role: 'tool', content: [{ type: 'tool-result', callId, result: said }] }]);

const messages = fc
  .tuple(fc.option(someText, { nil: undefined }), fc.array(fc.oneof(exchange, result), { minLength: 1, maxLength: 3 }))
  .map(([system, said]): readonly ChatMessage[] => [
    ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
    ...said.flat(),
  ]);

const options: fc.Arbitrary<Partial<ChatOptions>> = someOf<Partial<ChatOptions>>({
  ...samplingOptions,
  toolChoice: fc.oneof(
    fc.constantFrom('auto' as const, 'none' as const, 'required' as const),
    someName.map((name) => ({ name })),
  ),
  reasoning: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high').map((effort) => ({ effort, summary: true }) as const),
});

const request: fc.Arbitrary<ChatRequest> = fc
  .tuple(
    someName,
    messages,
    fc.array(
      someTool.map((tool) => ({ ...tool, strict: tool.strict ?? false })),
      { minLength: 1, maxLength: 3 },
    ),
    options,
  )
  .map(([model, said, tools, chosen]) => ({ model, messages: said, tools, ...(Object.keys(chosen).length > 0 && { options: chosen }) }));

/** A stretch of a stream, its part numbered by the place that it will have. */
type Stretch = (part: number) => readonly StreamEvent[];

const pieces = fc.array(someText, { minLength: 1, maxLength: 3 });

const spoken: fc.Arbitrary<Stretch> = fc
  .tuple(pieces, fc.boolean(), fc.boolean())
  .map(([texts, isCited, hasLogprobs]): Stretch => (part) => [
    ...texts.map((text): StreamEvent => ({
      type: 'text-delta',
      part,
      text,
      ...(hasLogprobs && { logprobs: [{ token: text, logprob: -1 }] }),
    })),
    ...(isCited ? [citationOf(part)] : []),
  ]);

function citationOf(part: number): StreamEvent {
  const data = { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 1 };
  return { type: 'citation', part, url: data.url, title: data.title, start: 0, end: 1, data };
}

const refused: fc.Arbitrary<Stretch> = pieces.map(
  (texts): Stretch =>
    (part) =>
      texts.map((text) => ({ type: 'refusal-delta', part, text })),
);

/** Of a provider of this wire, and of others: without an id, with a signature, with nothing to send back. */
const thinking: fc.Arbitrary<Stretch> = fc
  .tuple(pieces, someOf({ signature: someText, encrypted: someText }), fc.option(someText, { nil: undefined }))
  .map(([texts, marks, id]): Stretch => (part) => {
    const own = id === undefined ? {} : { id: `${id} ${String(part)}` };
    const words = texts.map((text, at): StreamEvent => ({ type: 'reasoning-delta', part, text, ...(at === 0 && own) }));
    return Object.keys(marks).length === 0 ? words : [...words, { type: 'reasoning-delta', part, ...own, ...marks }];
  });

const calling: fc.Arbitrary<Stretch> = fc
  .tuple(
    someName,
    pieces,
    fc.constantFrom({}, { thoughtSignature: 's' }, { namespace: 'crm' }, { caller: { type: 'direct' }, type: 'x-other', y: 1 }),
  )
  .map(([name, jsons, data]): Stretch => (part) => {
    const callId = `${name}-${String(part)}`;
    const { type: _kind, ...providerData }: Readonly<Record<string, unknown>> = data;
    return [
      { type: 'tool-call-start', part, callId, name },
      ...jsons.map((json): StreamEvent => ({ type: 'tool-call-delta', callId, json })),
      {
        type: 'tool-call-end',
        callId,
        ...(Object.keys(providerData).length > 0 && { providerData: JSON.parse(JSON.stringify(providerData)) }),
      },
    ];
  });

const finishes: readonly FinishReason[] = ['stop', 'length', 'content-filter', 'pause'];

const stream: fc.Arbitrary<readonly StreamEvent[]> = fc
  .tuple(
    someName,
    fc.array(fc.oneof(spoken, refused, thinking, calling), { maxLength: 6 }),
    fc.constantFrom(...finishes),
    fc.option(someUsage, { nil: undefined }),
  )
  .map(([id, stretches, ending, usage]) => {
    const content = stretches.flatMap((stretch, part) => stretch(part));
    const reason = ending === 'stop' && content.some(({ type }) => type === 'tool-call-start') ? 'tool-calls' : ending;
    const providerReason = whyIncomplete(reason, undefined) ?? 'completed';
    return [
      { type: 'message-start', id, model: 'm' },
      ...content,
      { type: 'message-end', reason, providerReason, ...(usage !== undefined && { usage }) },
    ];
  });

describe('the two halves of Responses', () => {
  it('read a request as it was written', () => {
    fc.assert(
      fc.property(request, (given) => {
        const body: unknown = JSON.parse(JSON.stringify(encodeResponsesRequest(given, { provider: 'own' })));
        expect(decodeResponsesRequest(body, 'own')).toEqual({ request: given, stream: true, notices: [] });
      }),
      propertyRuns,
    );
  });

  it('read a stream as it was written', () => {
    fc.assert(
      fc.property(stream, (given) => {
        expect(throughTheWire(given, openAiResponsesEncoder({ created: 0 }), openAiResponsesDecoder('maestro'))).toEqual(given);
      }),
      propertyRuns,
    );
  });
});
