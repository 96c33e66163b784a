import * as fc from 'fast-check';

import type { ChatOptions, ChatRequest, ToolDefinition } from '../../src/contracts/chat.js';
import type { StreamEvent, Usage } from '../../src/contracts/stream-event.js';
import { collectAnswer } from '../../src/core/chat/collect-answer.js';
import { eventsFromAnswer } from '../../src/dialects/anthropic-messages/answer.js';
import { encodeMessagesAnswer } from '../../src/dialects/anthropic-messages/answer-encoder.js';
import { encodeMessagesRequest } from '../../src/dialects/anthropic-messages/request.js';
import { decodeMessagesRequest } from '../../src/dialects/anthropic-messages/request-decoder.js';
import { anthropicMessagesDecoder } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import { anthropicMessagesEncoder } from '../../src/dialects/anthropic-messages/stream-encoder.js';
import { readBack } from '../recordings/incoming.js';
import type { PartEvents } from './arbitrary.js';
import { base64, callEvents, conversationOf, identifier, jsonObject, pieces, provider, runs, some, url, words } from './arbitrary.js';

const marked = some({ providerOptions: fc.constant({ [provider]: { cache_control: { type: 'ephemeral' } } }) });

function withMark<T extends object>(part: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.tuple(part, marked).map(([plain, mark]) => ({ ...plain, ...mark }));
}

const text = withMark(fc.record({ type: fc.constant('text' as const), text: words }));
const image = withMark(
  fc.oneof(
    fc.record({ type: fc.constant('image' as const), url }),
    fc.record({ type: fc.constant('image' as const), mediaType: fc.constantFrom('image/png', 'image/jpeg'), data: base64 }),
  ),
);
const plainText = words.map((content) => ({ mediaType: 'text/plain', data: Buffer.from(content, 'utf8').toString('base64') }));
const file = withMark(
  fc
    .tuple(
      fc.oneof(
        fc.record({ mediaType: fc.constant('application/pdf'), data: base64 }),
        plainText,
        fc.record({ url }),
        fc.record({ fileId: identifier }),
      ),
      some({ filename: words }),
    )
    .map(([place, name]) => ({ type: 'file' as const, ...place, ...name })),
);
const thought = fc.oneof(
  fc.record({ type: fc.constant('reasoning' as const), text: words, signature: base64 }),
  fc.record({ type: fc.constant('reasoning' as const), signature: base64 }),
  fc.record({ type: fc.constant('reasoning' as const), encrypted: base64 }),
);
const call = withMark(
  fc
    .tuple(
      fc.record({ type: fc.constant('tool-call' as const), callId: identifier, name: identifier, arguments: jsonObject }),
      some({ providerData: fc.constant({ caller: { type: 'direct' } }) }),
    )
    .map(([plain, data]) => ({ ...plain, ...data })),
);
const result = withMark(
  fc
    .tuple(
      fc.record({
        type: fc.constant('tool-result' as const),
        callId: identifier,
        result: fc.oneof(words, fc.constant(''), fc.array(fc.oneof(text, image, file), { minLength: 1, maxLength: 3 })),
      }),
      some({ isError: fc.constant(true as const) }),
    )
    .map(([plain, error]) => ({ ...plain, ...error })),
);
const own = jsonObject.map((input) => ({
  type: 'provider-part' as const,
  provider,
  data: { type: 'server_tool_use', id: 's', name: 'web_search', input },
}));

const conversation = conversationOf({ text, asked: fc.oneof(text, image, file), said: fc.oneof(text, thought, call, own), result });

const tool: fc.Arbitrary<ToolDefinition> = withMark(
  fc
    .tuple(
      fc.record({ name: identifier, parameters: jsonObject.map((properties) => ({ type: 'object', properties })) }),
      some({ description: words, strict: fc.boolean() }),
    )
    .map(([plain, more]) => ({ ...plain, ...more })),
);

const choice: fc.Arbitrary<ChatOptions> = fc.oneof(
  fc.constant({}),
  fc.constantFrom<ChatOptions>({ toolChoice: 'none' }, { toolChoice: 'auto' }, { toolChoice: 'required', parallelToolCalls: false }),
  identifier.map((name) => ({ toolChoice: { name } })),
);

const reasoning = fc.oneof(
  fc.record({ style: fc.constant('budget' as const), reasoning: fc.record({ budget: fc.integer({ min: 1024, max: 9000 }) }) }),
  fc.record({
    style: fc.constant('adaptive' as const),
    reasoning: fc.constantFrom({}, { effort: 'none' as const }, { effort: 'low' as const }, { effort: 'high' as const, summary: true }),
  }),
);

const plainOptions: fc.Arbitrary<ChatOptions> = some({
  temperature: fc.constantFrom(0, 0.5, 1),
  topP: fc.constantFrom(0.1, 1),
  topK: fc.nat(100),
  stop: fc.array(words, { minLength: 1, maxLength: 2 }),
  responseFormat: jsonObject.map((schema) => ({ type: 'json-schema' as const, schema })),
  endUser: words,
});

const asked = fc
  .record({
    model: identifier,
    messages: conversation,
    tools: fc.array(tool, { minLength: 1, maxLength: 2 }),
    hasTools: fc.boolean(),
    choice,
    plainOptions,
    reasoning: fc.option(reasoning),
    maxTokens: fc.integer({ min: 1, max: 100_000 }),
    own: some({ service_tier: fc.constant('auto'), tools: fc.constant([{ type: 'web_search_20250305', name: 'web_search' }]) }),
  })
  .map(({ model, messages, tools, hasTools, choice: chosen, plainOptions: plain, reasoning: thinking, maxTokens, own: words }) => ({
    style: thinking?.style ?? ('none' as const),
    request: {
      model,
      messages,
      ...(hasTools && { tools }),
      options: { ...plain, maxTokens, ...(hasTools && chosen), ...(thinking && { reasoning: thinking.reasoning }) },
      ...(Object.keys(words).length > 0 && { providerOptions: { [provider]: words } }),
    } satisfies ChatRequest,
  }));

describe('a request on the Messages wire', () => {
  it('is decoded to what was encoded, whatever both sides can say', () => {
    fc.assert(
      fc.property(asked, ({ request, style }) => {
        const { body } = encodeMessagesRequest(request, provider, { defaultMaxTokens: 1, thinking: style });
        const decoded = decodeMessagesRequest(JSON.parse(JSON.stringify(body)), provider);
        expect(decoded).toEqual({ request, stream: true, notices: [] });
      }),
      runs,
    );
  });
});

const textPart: fc.Arbitrary<PartEvents> = fc.tuple(pieces(words), fc.array(url, { maxLength: 1 })).map(([texts, links]) => (part) => [
  ...texts.map((piece) => ({ type: 'text-delta' as const, part, text: piece })),
  ...links.map((link) => {
    const data = { type: 'web_search_result_location', url: link, title: 'T', cited_text: 'c', encrypted_index: 'E' };
    return { type: 'citation' as const, part, url: link, title: 'T', citedText: 'c', data };
  }),
]);
const thoughtPart: fc.Arbitrary<PartEvents> = fc
  .tuple(pieces(words), base64)
  .map(([texts, signature]) => (part) => [
    ...texts.map((piece) => ({ type: 'reasoning-delta' as const, part, text: piece })),
    { type: 'reasoning-delta', part, signature },
  ]);
const sealedPart: fc.Arbitrary<PartEvents> = base64.map((encrypted) => (part) => [{ type: 'reasoning-delta', part, encrypted }]);
const searchPart: fc.Arbitrary<PartEvents> = fc
  .tuple(identifier, pieces(words))
  .map(([callId, queries]) => () => [
    { type: 'server-tool', callId, name: 'web_search', phase: 'start', data: { type: 'server_tool_use', id: callId, name: 'web_search' } },
    ...queries.map((data) => ({ type: 'server-tool' as const, callId, name: 'web_search', phase: 'delta' as const, data })),
  ]);
const foundPart: fc.Arbitrary<PartEvents> = identifier.map((callId) => () => {
  const data = { type: 'bash_code_execution_tool_result', tool_use_id: callId, content: [] };
  return [{ type: 'server-tool', callId, name: 'bash_code_execution', phase: 'result', data }];
});

const usage: fc.Arbitrary<Usage> = fc
  .tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000))
  .map(([plain, cacheRead, cacheWrite, output]) => ({ input: plain + cacheRead + cacheWrite, output, cacheRead, cacheWrite }));

const answered: fc.Arbitrary<readonly StreamEvent[]> = fc
  .record({
    id: identifier,
    model: identifier,
    parts: fc.array(fc.oneof(textPart, thoughtPart, sealedPart, callEvents(identifier, true), searchPart, foundPart), {
      minLength: 1,
      maxLength: 6,
    }),
    early: usage,
    late: usage,
    reasoning: fc.nat(100),
    end: fc.constantFrom(
      ['stop', 'end_turn'],
      ['stop', 'stop_sequence'],
      ['length', 'max_tokens'],
      ['tool-calls', 'tool_use'],
      ['pause', 'pause_turn'],
    ),
  })
  .map(({ id, model, parts, early, late, reasoning: thinking, end: [reason, providerReason] }) => [
    { type: 'message-start', id, model },
    { type: 'usage', ...early },
    ...parts.flatMap((part, at) => part(at)),
    { type: 'usage', ...late, reasoning: thinking },
    { type: 'message-end', reason, providerReason, usage: { ...late, reasoning: thinking } },
  ]);

/** The provider's tools by the last id that was used: two runs of one id have the name of the first. */
function hasOwnIds(events: readonly StreamEvent[]): boolean {
  const ids = events
    .filter((event) => event.type === 'server-tool' && event.phase !== 'delta')
    .map((event) => ('callId' in event ? event.callId : ''));
  const calls = events.filter((event) => event.type === 'tool-call-start').map(({ callId }) => callId);
  return new Set([...ids, ...calls]).size === ids.length + calls.length;
}

describe('a stream of the Messages wire', () => {
  const decoder = anthropicMessagesDecoder(provider);

  it('says the same events that it was written from', async () => {
    await fc.assert(
      fc.asyncProperty(answered.filter(hasOwnIds), async (events) => {
        expect(await readBack(anthropicMessagesEncoder, decoder, events)).toEqual({ events });
      }),
      runs,
    );
  });

  it('says each call whole, however the calls are interleaved', async () => {
    const calls = fc
      .uniqueArray(identifier, { minLength: 2, maxLength: 4 })
      .chain((ids) => fc.tuple(...ids.map((id) => callEvents(fc.constant(id), true))));
    await fc.assert(
      fc.asyncProperty(calls, fc.array(fc.nat(3), { maxLength: 30 }), async (parts, order) => {
        const queues = parts.map((part, at) => [...part(at), { type: 'text-delta' as const, part: 10 + at, text: `t${String(at)}` }]);
        const mixed = [...order, ...queues.flatMap((queue, at) => queue.map(() => at))].flatMap((at) => queues[at]?.splice(0, 1) ?? []);
        const events: StreamEvent[] = [{ type: 'message-start', model: 'm' }, ...mixed, { type: 'message-end', reason: 'tool-calls' }];
        const { events: again } = await readBack(anthropicMessagesEncoder, decoder, events);
        const partsOf = (all: readonly StreamEvent[]): readonly string[] =>
          collectAnswer('s', all)
            .content.map((part) => JSON.stringify(part))
            .sort();
        expect(partsOf(again)).toEqual(partsOf(events));
      }),
      { numRuns: 100 },
    );
  });

  it('says as a whole answer what it says in pieces', () => {
    fc.assert(
      fc.property(answered.filter(hasOwnIds), (events) => {
        const inPieces = collectAnswer(
          's',
          events.filter(({ type }) => type !== 'server-tool'),
        );
        const { body, notices } = encodeMessagesAnswer(inPieces);
        expect(notices).toEqual([]);
        expect(collectAnswer('s', eventsFromAnswer(provider, JSON.parse(JSON.stringify(body))))).toEqual(inPieces);
      }),
      { numRuns: 100 },
    );
  });
});
