import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';

import type { ChatMessage, ChatOptions, ChatRequest, ContentPart, ProviderOptions, ToolChoice } from '../../src/contracts/chat.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { propertyRuns, someCall, someJson, someName, someOf, someText } from '../support/chat-arbitraries.js';
import { base64, provider, url } from './arbitrary.js';
import type { Reduction } from './reductions.js';
import { reductionsOf } from './reductions.js';
import type { Spoken } from './unsaid-wires.js';
import { spokenWires } from './unsaid-wires.js';

/** The part, and at times something in the provider's own words. */
function worded<T extends object>(part: fc.Arbitrary<T>): fc.Arbitrary<T> {
  const own: fc.Arbitrary<{ readonly providerOptions?: ProviderOptions }> = fc.constantFrom(
    {},
    {},
    {},
    { providerOptions: { [provider]: { own_word: 1 } } },
  );
  return fc.tuple(part, own).map(([given, words]) => ({ ...given, ...words }));
}

const text = worded(someText.map((words) => ({ type: 'text', text: words }) as const));
const image = worded(
  fc.oneof(
    url.map((address) => ({ type: 'image', url: address }) as const),
    base64.map((data) => ({ type: 'image', data, mediaType: 'image/jpeg' }) as const),
  ),
);
const file = worded(
  fc.oneof(
    fc
      .tuple(
        fc.oneof(
          someName.map((fileId) => ({ fileId })),
          url.map((address) => ({ url: address })),
        ),
        someOf({ filename: someName, mediaType: fc.constantFrom('application/pdf', 'image/jpeg') }),
      )
      .map(([place, rest]) => ({ type: 'file', ...place, ...rest }) as const),
    fc
      .tuple(base64, fc.constantFrom('application/pdf', 'audio/wav', 'image/jpeg', 'text/plain'), someOf({ filename: someName }))
      .map(([data, mediaType, rest]) => ({ type: 'file', data, mediaType, ...rest }) as const),
  ),
);
const thought = worded(
  someOf({ text: someText, signature: someText, encrypted: someText, id: fc.constantFrom('rs_1', 'rs_2') })
    .filter(({ text: words, signature, encrypted }) => (words ?? signature ?? encrypted) !== undefined)
    .map((marks) => ({ type: 'reasoning', ...marks }) as const),
);
const call = worded(
  fc.tuple(someCall, someOf({ thoughtSignature: someText, caller: someJson, namespace: someText })).map(([given, data]) => {
    const providerData = { ...given.providerData, ...data };
    return { ...given, ...(Object.keys(providerData).length > 0 && { providerData }) };
  }),
);
const result = worded(
  fc
    .tuple(someName, fc.oneof(someText, fc.array(fc.oneof(text, image, file), { minLength: 1, maxLength: 2 })), fc.boolean())
    .map(([callId, given, isError]) => ({ type: 'tool-result', callId, name: 'f', result: given, ...(isError && { isError }) }) as const),
);
const foreign = fc.constantFrom(provider, 'other').map((whose) => ({ type: 'provider-part', provider: whose, data: { a: 1 } }) as const);

/** A first part that every wire says, so that no message is empty without another. */
function message(role: ChatMessage['role'], first: fc.Arbitrary<ContentPart>, part: fc.Arbitrary<ContentPart>): fc.Arbitrary<ChatMessage> {
  return fc.tuple(first, fc.array(part, { maxLength: 3 })).map(([one, others]) => ({ role, content: [one, ...others] }));
}

const messages = fc
  .tuple(
    fc.array(message('system', text, fc.oneof(text, image)), { maxLength: 1 }),
    message('user', text, fc.oneof(text, image, file)),
    fc.array(fc.oneof(message('assistant', text, fc.oneof(text, thought, call, foreign, image)), message('tool', result, result)), {
      maxLength: 3,
    }),
  )
  .map(([system, user, rest]) => [...system, user, ...rest]);

const options: fc.Arbitrary<ChatOptions> = someOf<Required<ChatOptions>>({
  temperature: fc.constant(0),
  topP: fc.constant(1),
  topK: fc.constant(3),
  // Far from where one budget of thinking is cut down to another.
  maxTokens: fc.constantFrom(500, 200_000),
  stop: fc.constantFrom([], ['x']),
  seed: fc.constant(0),
  frequencyPenalty: fc.constant(1),
  presencePenalty: fc.constant(1),
  toolChoice: fc.constantFrom<ToolChoice>('auto', 'none', 'required', { name: 'f' }),
  parallelToolCalls: fc.boolean(),
  responseFormat: fc.oneof(
    fc.constant({ type: 'text' } as const),
    someOf({ name: someName, strict: fc.boolean() }).map((rest) => ({ type: 'json-schema', schema: { a: 1 }, ...rest }) as const),
  ),
  // Not the effort that a model is asked for where nothing is said.
  reasoning: someOf({ effort: fc.constantFrom('none', 'minimal', 'low', 'high'), budget: fc.constant(4000), summary: fc.boolean() }),
  logprobs: fc.constantFrom(true, false, 2),
  metadata: fc.constantFrom({}, { a: 'b' }),
  endUser: fc.constant('u'),
});

const tools: fc.Arbitrary<ChatRequest['tools']> = fc
  .tuple(fc.boolean(), someOf({ description: someText, strict: fc.boolean() }))
  .map(([hasSome, rest]) => (hasSome ? [{ name: 'f', parameters: {}, ...rest }] : []));

const request: fc.Arbitrary<ChatRequest> = fc
  .tuple(messages, tools, options, fc.constantFrom({}, { model: 'other', stream: false }))
  .map(([said, offered = [], chosen, own]) => ({
    model: 'm-1',
    messages: said,
    tools: offered,
    options: chosen,
    providerOptions: { [provider]: own },
  }));

/** What asks for nothing else than happens in any case. */
function saysNothing({ name }: Reduction, given: ChatRequest): boolean {
  const { options: chosen = {}, tools: offered = [] } = given;
  if (/^reasoning(?:\.|$)/.test(name)) return hasProofTwice(given);
  switch (name) {
    case 'options.stop':
      return chosen.stop?.length === 0;
    case 'options.logprobs':
      return chosen.logprobs === false;
    case 'options.metadata':
      return Object.keys(chosen.metadata ?? {}).length === 0;
    case 'options.toolChoice':
      return chosen.toolChoice === 'auto' || (chosen.toolChoice === 'none' && offered.length === 0);
    case 'options.parallelToolCalls':
      return chosen.parallelToolCalls === true;
    case 'options.reasoning.effort':
      return chosen.reasoning?.effort === 'none';
    case 'options.reasoning.summary':
      return chosen.reasoning?.summary === false;
    case 'options.responseFormat.strict':
      return chosen.responseFormat?.type === 'json-schema' && chosen.responseFormat.strict === true;
    case 'tools.strict':
      return offered[0]?.strict === false;
    default:
      return false;
  }
}

/** Said in part, or in a word that is not quite it; or left out, which still parts what stands around it. */
const approximated: ReadonlySet<string> = new Set([
  'options.reasoning.effort',
  'options.reasoning.budget',
  'file.mediaType',
  'provider-part',
  'reasoning',
]);

/** The body; `undefined` where the request is refused, which is no silence. */
function bodyOf(spoken: Spoken, given: ChatRequest): string | undefined {
  try {
    return JSON.stringify(spoken.encode(given));
  } catch (error) {
    if (MaestroError.is(error)) return undefined;
    throw error;
  }
}

function isNamed(names: readonly string[], name: string): boolean {
  return names.some((known) => isPartOf(name, known)) || names.includes(name.replace(/\..*/, ''));
}

/** An option that is an object is taken away field by field. */
function isPartOf(name: string, claimed: string): boolean {
  return name === claimed || (claimed.startsWith('options.') && name.startsWith(`${claimed}.`));
}

/** The rows of the document for one wire: what it may name. */
function documented(wire: string): readonly string[] {
  const [, table = ''] = readFileSync('docs/dialects.md', 'utf8').split('\n| what a request says |');
  const [head = '', , ...rows] = `| what a request says |${table}`.replace(/\n\n[^]*$/, '').split('\n');
  const column = cellsOf(head).indexOf(wire);
  return rows.map(cellsOf).flatMap((cells) => (cells[column] === '' ? [] : [(cells[0] ?? '').replaceAll('`', '')]));
}

function cellsOf(row: string): readonly string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Of a thought in two pieces with the same proof each, either says what the other does. */
function hasProofTwice({ messages }: ChatRequest): boolean {
  const proofs = messages.flatMap(({ content }) =>
    typeof content === 'string'
      ? []
      : content.flatMap((part) =>
          part.type === 'reasoning' && part.encrypted !== undefined ? [JSON.stringify([part.id, part.encrypted])] : [],
        ),
  );
  return new Set(proofs).size !== proofs.length;
}

describe.each(Object.entries(spokenWires))('a request in %s', (wire, ways) => {
  const rows = documented(wire);

  it.each(ways.map((spoken, at) => [at, spoken] as const))('says each thing, or names it (way %d)', (_at, spoken) => {
    fc.assert(
      fc.property(request, (given) => {
        const body = bodyOf(spoken, given);
        if (body === undefined) return;
        const names = spoken.unsaid(given);
        const lost = reductionsOf(given).filter((reduction) => bodyOf(spoken, reduction.request) === body);

        expect(
          lost.filter((reduction) => !isNamed(names, reduction.name) && !saysNothing(reduction, given)).map(({ name }) => name),
        ).toEqual([]);
        const reserved = names.filter((name) => name.startsWith('providerOptions.'));
        const claimed = names.filter((name) => !reserved.includes(name) && !approximated.has(name));
        expect(claimed.filter((name) => !lost.some((reduction) => isPartOf(reduction.name, name)))).toEqual([]);
        expect(names.filter((name) => !reserved.includes(name) && !rows.includes(name))).toEqual([]);
        expect(new Set(names).size).toBe(names.length);
      }),
      { ...propertyRuns, numRuns: 100 },
    );
  });

  it('names what the document does, and nothing else', () => {
    // Always the same requests, and enough of them for the rarest row.
    const requests = fc.sample(request, { numRuns: 1_500, seed: 1 });
    const names = new Set(ways.flatMap((spoken) => requests.flatMap((given) => spoken.unsaid(given))));
    expect([...names].filter((name) => !name.startsWith('providerOptions.')).sort()).toEqual([...rows].sort());
  });
});
