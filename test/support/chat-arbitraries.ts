import fc from 'fast-check';

import type {
  ChatMessage,
  ChatOptions,
  FilePart,
  ImagePart,
  JsonObject,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolDefinition,
} from '../../src/contracts/chat.js';
import type { Usage } from '../../src/contracts/stream-event.js';

/** Any text, surrogate pairs and controls among it, and no lone half of a pair: JSON over UTF-8 cannot carry one. */
export const someText = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
export const someName = fc.stringMatching(/^[a-z][a-z0-9_]{0,11}$/);
const base64 = fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const address = someName.map((name) => `https://files.example/${name}`);

export const someJson: fc.Arbitrary<JsonObject> = fc.dictionary(
  someName,
  fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.integer(), { maxLength: 3 })),
  { maxKeys: 3, noNullPrototype: true },
);

export const textPart: fc.Arbitrary<TextPart> = someText.map((text) => ({ type: 'text', text }));

const imagePart: fc.Arbitrary<ImagePart> = fc.oneof(
  address.map((url) => ({ type: 'image', url }) as const),
  fc.record({ type: fc.constant('image' as const), data: base64, mediaType: fc.constantFrom('image/png', 'image/jpeg') }),
);

const filePart: fc.Arbitrary<FilePart> = fc.oneof(
  someName.map((fileId) => ({ type: 'file', fileId }) as const),
  fc.record({
    type: fc.constant('file' as const),
    data: base64,
    mediaType: fc.constantFrom('application/pdf', 'text/plain'),
    filename: someName.map((name) => `${name}.pdf`),
  }),
);

/** An object with the chosen fields, each of which may be absent but never `undefined`. */
export function someOf<T extends object>(fields: { readonly [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<Partial<T>> {
  // The same type, which the compiler cannot see through the library's mapped one.
  return fc.record(fields, { requiredKeys: [], noNullPrototype: true }) as unknown as fc.Arbitrary<Partial<T>>;
}

export const thought: fc.Arbitrary<ReasoningPart> = fc
  .tuple(someText, someOf({ signature: someText, encrypted: someText, id: someName }))
  .map(([text, marks]) => ({ type: 'reasoning', text, ...marks }));

export const someCall: fc.Arbitrary<ToolCallPart> = fc.oneof(
  fc.record({ type: fc.constant('tool-call' as const), callId: someName, name: someName, arguments: someJson }),
  fc.record({
    type: fc.constant('tool-call' as const),
    callId: someName,
    name: someName,
    arguments: someJson,
    providerData: fc.record({ thoughtSignature: someText }, { noNullPrototype: true }),
  }),
  fc.record({
    type: fc.constant('tool-call' as const),
    callId: someName,
    name: someName,
    arguments: fc.record({ input: fc.string({ maxLength: 8 }) }, { noNullPrototype: true }),
    providerData: fc.constant({ type: 'custom' }),
  }),
);

export const someTool: fc.Arbitrary<ToolDefinition> = fc
  .tuple(someName, someOf({ description: someText, strict: fc.boolean() }), someJson)
  .map(([name, rest, parameters]) => ({ name, ...rest, parameters }));

export const inputMessage: fc.Arbitrary<ChatMessage> = fc.oneof(
  someText.map((content): ChatMessage => ({ role: 'user', content })),
  // Of one text alone the wires make a text.
  fc
    .array(fc.oneof(textPart, imagePart, filePart), { minLength: 2, maxLength: 4 })
    .map((content): ChatMessage => ({ role: 'user', content })),
);

export const samplingOptions = {
  temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((value) => value + 0),
  topP: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
  maxTokens: fc.integer({ min: 1, max: 100_000 }),
  parallelToolCalls: fc.boolean(),
  logprobs: fc.oneof(fc.constant(true), fc.integer({ min: 1, max: 20 })),
  metadata: fc.dictionary(someName, fc.string(), { maxKeys: 2, noNullPrototype: true }),
  endUser: someName,
  responseFormat: fc.oneof(
    fc.constant({ type: 'text' } as const),
    fc.constant({ type: 'json' } as const),
    fc
      .tuple(someName, someJson, someOf({ strict: fc.boolean() }))
      .map(([name, schema, rest]) => ({ type: 'json-schema', name, schema, ...rest }) as const),
  ),
} satisfies { readonly [Name in keyof ChatOptions]?: fc.Arbitrary<unknown> };

const count = fc.integer({ min: 0, max: 100_000 });

/** Of caches and thoughts wires tell only what there was. */
export const someUsage: fc.Arbitrary<Usage> = fc
  .tuple(count, count, someOf({ cacheRead: fc.integer({ min: 1, max: 99 }), cacheWrite: fc.integer({ min: 1, max: 99 }) }), count)
  .map(([input, output, caches, reasoning]) => ({ input, output: output + reasoning, ...caches, reasoning }));

/** A seed that is printed where a property fails, and can be set to fail again. */
export const propertyRuns: fc.Parameters<unknown> = { numRuns: 200, ...seedOf(process.env['MAESTRO_TEST_SEED']) };

function seedOf(text: string | undefined): { readonly seed?: number } {
  return text === undefined ? {} : { seed: Number(text) };
}
