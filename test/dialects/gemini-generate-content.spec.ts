import * as fc from 'fast-check';

import type { ChatOptions, ChatRequest, ToolDefinition } from '../../src/contracts/chat.js';
import type { StreamEvent, Usage } from '../../src/contracts/stream-event.js';
import { collectAnswer } from '../../src/core/chat/collect-answer.js';
import { encodeGenerateContentAnswer } from '../../src/dialects/gemini-generate-content/answer-encoder.js';
import { encodeRequest } from '../../src/dialects/gemini-generate-content/request.js';
import { decodeGenerateContentRequest } from '../../src/dialects/gemini-generate-content/request-decoder.js';
import { geminiGenerateContentDecoder } from '../../src/dialects/gemini-generate-content/stream-decoder.js';
import { geminiGenerateContentEncoder, jsonArrayEnd, jsonArrayText } from '../../src/dialects/gemini-generate-content/stream-encoder.js';
import type { GenerateContentWriting } from '../../src/dialects/gemini-generate-content/writing.js';
import { decodedBatches } from '../../src/kit/decode-stream.js';
import { jsonArrayDecoder } from '../../src/kit/json-array-decoder.js';
import { readBack } from '../recordings/incoming.js';
import { readStream } from '../recordings/summary.js';
import type { PartEvents } from './arbitrary.js';
import { base64, callEvents, conversationOf, identifier, jsonObject, pieces, provider, runs, some, url, words } from './arbitrary.js';

const text = fc
  .tuple(
    fc.record({ type: fc.constant('text' as const), text: words }),
    some({ providerOptions: fc.constant({ [provider]: { partMetadata: { a: 1 } } }) }),
  )
  .map(([plain, own]) => ({ ...plain, ...own }));
const image = fc.oneof(
  fc.record({ type: fc.constant('image' as const), mediaType: fc.constantFrom('image/png', 'image/jpeg'), data: base64 }),
  fc.record({ type: fc.constant('image' as const), mediaType: fc.constant('image/png'), url }),
);
const file = fc.oneof(
  fc.record({ type: fc.constant('file' as const), mediaType: fc.constant('application/pdf'), data: base64 }),
  fc.record({ type: fc.constant('file' as const), mediaType: fc.constant('video/mp4'), url }),
  fc.record({ type: fc.constant('file' as const), url }),
);
const thought = fc.oneof(
  fc.record({ type: fc.constant('reasoning' as const), text: words }),
  fc.record({ type: fc.constant('reasoning' as const), text: words, signature: base64 }),
  fc.record({ type: fc.constant('reasoning' as const), signature: base64 }),
);
const call = fc
  .tuple(
    fc.record({ type: fc.constant('tool-call' as const), callId: identifier, name: identifier, arguments: jsonObject }),
    some({ providerData: base64.map((thoughtSignature) => ({ thoughtSignature })) }),
  )
  .map(([plain, data]) => ({ ...plain, ...data }));
const result = fc
  .tuple(
    fc.record({
      type: fc.constant('tool-result' as const),
      callId: identifier,
      name: identifier,
      result: fc.oneof(
        words,
        fc.constant(''),
        fc.tuple(fc.record({ type: fc.constant('text' as const), text: words }), image).map((parts) => [...parts]),
      ),
    }),
    some({ isError: fc.constant(true as const) }),
  )
  .map(([plain, error]) => ({ ...plain, ...error }));
const own = words.map((code) => ({
  type: 'provider-part' as const,
  provider,
  data: { executableCode: { language: 'PYTHON', code } },
}));

const conversation = conversationOf({ text, asked: fc.oneof(text, image, file), said: fc.oneof(text, thought, call, own), result });

const tool: fc.Arbitrary<ToolDefinition> = fc
  .tuple(
    fc.record({ name: identifier, parameters: jsonObject }),
    some({ description: words, providerOptions: fc.constant({ [provider]: { behavior: 'BLOCKING' } }) }),
  )
  .map(([plain, more]) => ({ ...plain, ...more }));

const options: fc.Arbitrary<ChatOptions> = some<ChatOptions>({
  temperature: fc.constantFrom(0, 0.5, 2),
  topP: fc.constantFrom(0.1, 1),
  topK: fc.nat(100),
  maxTokens: fc.integer({ min: 1, max: 9000 }),
  stop: fc.array(words, { maxLength: 2 }),
  seed: fc.integer(),
  frequencyPenalty: fc.constantFrom(-1, 0.5),
  presencePenalty: fc.constantFrom(-1, 0.5),
  logprobs: fc.constantFrom<boolean | number>(true, 3),
  toolChoice: fc.oneof(
    fc.constantFrom('none' as const, 'required' as const),
    identifier.map((name) => ({ name })),
  ),
  responseFormat: fc.oneof(
    fc.constant({ type: 'json' as const }),
    jsonObject.map((schema) => ({ type: 'json-schema' as const, schema })),
  ),
  reasoning: fc.constantFrom({ effort: 'low' as const }, { effort: 'none' as const }, { budget: 512, summary: true }, { summary: false }),
});

const asked: fc.Arbitrary<ChatRequest> = fc
  .record({
    model: fc.constantFrom('gemini-3-pro', 'gemini-9'),
    messages: conversation,
    tools: fc.array(tool, { minLength: 1, maxLength: 2 }),
    hasTools: fc.boolean(),
    isStrict: fc.boolean(),
    options,
    own: some({ safetySettings: fc.constant([]), cachedContent: identifier, tools: fc.constant([{ googleSearch: {} }]) }),
  })
  .map(({ model, messages, tools, hasTools, isStrict, options: asOptions, own: words }) => ({
    model,
    messages,
    ...(hasTools && { tools: tools.map((each) => ({ ...each, ...(isStrict && asOptions.toolChoice === undefined && { strict: true }) })) }),
    ...(Object.keys(asOptions).length > 0 && { options: asOptions }),
    ...(Object.keys(words).length > 0 && { providerOptions: { [provider]: words } }),
  }));

describe('a request for generateContent', () => {
  it('is decoded to what was encoded, whatever both sides can say', () => {
    fc.assert(
      fc.property(asked, (request) => {
        const body: unknown = JSON.parse(JSON.stringify(encodeRequest(request, provider)));
        const decoded = decodeGenerateContentRequest(body, provider, { model: request.model, stream: true });
        expect(decoded).toEqual({ request, stream: true, notices: [] });
      }),
      runs,
    );
  });
});

const textPart: fc.Arbitrary<PartEvents> = pieces(words).map(
  (texts) => (part) => texts.map((piece) => ({ type: 'text-delta' as const, part, text: piece })),
);
/** Its signature ends a thought: what follows is another. */
const thoughtPart: fc.Arbitrary<PartEvents> = fc.tuple(pieces(words), base64).map(
  ([texts, signature]) =>
    (part) =>
      texts.map((piece, at) => ({ type: 'reasoning-delta' as const, part, text: piece, ...(at === texts.length - 1 && { signature }) })),
);
const filePart: fc.Arbitrary<PartEvents> = fc.oneof(
  base64.map((data): PartEvents => (part) => [{ type: 'file', part, mediaType: 'image/png', data }]),
  url.map((address): PartEvents => (part) => [{ type: 'file', part, mediaType: 'video/mp4', url: address }]),
);
const signedCall: fc.Arbitrary<PartEvents> = fc.tuple(callEvents(identifier, false), base64).map(
  ([events, thoughtSignature]) =>
    (part) =>
      events(part).map((event) => {
        if (event.type === 'tool-call-start') return { ...event, providerCallId: event.callId };
        return event.type === 'tool-call-end' ? { ...event, providerData: { thoughtSignature } } : event;
      }),
);

const usage: fc.Arbitrary<Usage> = fc
  .tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), some({ cacheRead: fc.nat(10), toolUsePrompt: fc.nat(10) }))
  .map(([input, said, reasoning, more]) => ({ input, output: said + reasoning, reasoning, ...more }));

const answered: fc.Arbitrary<readonly StreamEvent[]> = fc
  .record({
    id: identifier,
    model: identifier,
    parts: fc.array(fc.oneof(textPart, thoughtPart, filePart, signedCall), { maxLength: 6 }),
    usage,
    end: fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'LANGUAGE'),
  })
  .map(({ id, model, parts, usage: cost, end }) => {
    const said = parts
      .map((part, at) => part(at))
      .filter((events, at, all) => events[0]?.type !== 'text-delta' || all[at - 1]?.[0]?.type !== 'text-delta');
    const numbered = said.flatMap((events, part) => events.map((event) => ('part' in event ? { ...event, part } : event)));
    const stop = numbered.some(({ type }) => type === 'tool-call-start') ? ('tool-calls' as const) : ('stop' as const);
    const reason = { STOP: stop, MAX_TOKENS: 'length', SAFETY: 'content-filter', LANGUAGE: 'other' } as const;
    return [
      { type: 'message-start', id, model },
      ...numbered,
      { type: 'usage', ...cost },
      { type: 'message-end', reason: reason[end], providerReason: end, usage: cost },
    ] as const;
  });

function hasOwnIds(events: readonly StreamEvent[]): boolean {
  const calls = events.filter((event) => event.type === 'tool-call-start').map(({ callId }) => callId);
  return new Set(calls).size === calls.length;
}

/** Usage as it was written comes along; it says no more than the usage does. */
function said(events: readonly StreamEvent[]): readonly StreamEvent[] {
  return events.filter((event) => event.type !== 'provider-event' || event.name !== 'usageMetadata');
}

/** Arguments are one piece on this wire. */
function withWholeArguments(events: readonly StreamEvent[]): readonly StreamEvent[] {
  return events.map((event) => (event.type === 'tool-call-delta' ? { ...event, json: JSON.stringify(JSON.parse(event.json)) } : event));
}

describe('a stream of generateContent', () => {
  const decoder = geminiGenerateContentDecoder(provider);

  it('says the same events that it was written from', async () => {
    await fc.assert(
      fc.asyncProperty(answered.filter(hasOwnIds), async (events) => {
        const { events: again, error } = await readBack(geminiGenerateContentEncoder, decoder, events);
        expect(error).toBeUndefined();
        expect(withWholeArguments(said(again))).toEqual(events);
      }),
      runs,
    );
  });

  it('says the same as one JSON array', async () => {
    await fc.assert(
      fc.asyncProperty(answered.filter(hasOwnIds), async (events) => {
        let state: GenerateContentWriting | undefined;
        const frames = events.flatMap((event) => {
          const step = geminiGenerateContentEncoder.encode(event, state);
          state = step.state;
          return step.frames;
        });
        const body = frames.map(jsonArrayText).join('') + jsonArrayEnd(frames.length);
        expect(JSON.parse(body)).toHaveLength(frames.length);
        const again: StreamEvent[] = [];
        for await (const batch of decodedBatches(oneOf(body), decoder, provider, jsonArrayDecoder())) again.push(...batch);
        expect(withWholeArguments(said(again))).toEqual(events);
      }),
      { numRuns: 50 },
    );
    expect(jsonArrayEnd(0)).toBe('[]');
  });

  it('says as a whole answer what it says in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(answered.filter(hasOwnIds), async (events) => {
        const inPieces = collectAnswer('s', events);
        const { body, notices } = encodeGenerateContentAnswer(inPieces);
        expect(notices).toEqual([]);
        const again = await readStream([Buffer.from(`data: ${JSON.stringify(body)}\n\n`)], decoder, provider);
        expect(collectAnswer('s', said(again.events))).toEqual(inPieces);
      }),
      { numRuns: 100 },
    );
  });
});

async function* oneOf(body: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(body);
}
