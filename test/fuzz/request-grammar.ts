import fc from 'fast-check';

import { doorTable, nobody, patternTable, provider, routeTable, someKey } from '../support/who-may.js';
import type { Damage, Edit } from './request-edits.js';
import { cut, damaged, edited, textOf, wellFormed } from './request-edits.js';

/** What is sent: a request that an HTTP client would send, or bytes that no client would, to one of the two ports. */
export type FuzzedRequest =
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }
  | { readonly kind: 'raw' | 'frames'; readonly pieces: readonly Buffer[] };

const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\uD800',
    '../..',
    '%',
    '%00',
    "' or 1=1 --",
    '__proto__',
    'constructor',
    'toString',
    '\r\nx: y',
    '{}',
    '*',
  ),
  fc.constantFrom(provider, 'api_key', 'oauth', 'work', 'sim-text', 'user', `${provider}:work/sim-text`, nobody, 'a'.repeat(5_000)),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const numbers = fc.constantFrom(0, -0, -1, 1.5, 1e308, 2 ** 53, -(2 ** 63), 0x7fff_ffff, 1e-320);
const strange: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 3, arbitrary: numbers },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(null, true, [], {}, [[]], [null], [{}], { $ne: '' }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(60, 3_000).map(nested) },
);

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom<Edit['how']>('replace', 'remove', 'add', 'rename', 'double'),
  text,
  value: strange,
});
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(400),
  how: fc.constantFrom<Damage['how']>('cut', 'insert', 'flip'),
  bytes: fc.uint8Array({ maxLength: 4 }),
});
const plan = fc.record({
  target: fc.nat(10_000),
  edits: fc.array(edit, { maxLength: 3 }),
  damages: fc.oneof(
    { weight: 3, arbitrary: fc.constant<readonly Damage[]>([]) },
    { weight: 1, arbitrary: fc.array(damage, { maxLength: 3 }) },
  ),
  words: fc.array(text, { minLength: 5, maxLength: 5 }),
  wordsUsed: fc.nat(31),
  key: fc.constantFrom('good', 'good', 'good', 'bad', 'none', 'mangled'),
  type: fc.constantFrom(
    'application/json',
    'application/json',
    'application/json',
    'text/plain',
    'multipart/form-data',
    'application/json; charset=x',
    '',
  ),
  method: fc.constantFrom('', '', '', '', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'),
  query: fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.tuple(fc.constantFrom('limit', 'cursor', 'key', 'provider', 'since', 'group', 'x'), text), { maxLength: 3 })
        .map(queryFrom),
    },
  ),
  pieces: fc.array(fc.nat(600), { maxLength: 3 }),
});
type Plan = typeof plan extends fc.Arbitrary<infer Value> ? Value : never;

function queryFrom(parts: readonly (readonly [string, string])[]): string {
  return parts.length === 0 ? '' : `?${parts.map(([name, value]) => `${name}=${encodeURIComponent(wellFormed(value))}`).join('&')}`;
}

const messages = [{ role: 'user', content: 'Hello' }];
const model = `${provider}:work/sim-text`;
const doorBodies: readonly (readonly [string, object])[] = [
  ['POST /v1/chat/completions', { model, messages, stream: true, tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] }],
  ['POST /v1/responses', { model, input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }], stream: false }],
  ['POST /v1/messages', { model, messages, max_tokens: 9, system: [{ type: 'text', text: 'x' }] }],
  ['POST /v1/messages/count_tokens', { model, messages }],
  ['POST /v1/embeddings', { model, input: ['Hello'] }],
  ['POST /v1beta/models/:model\\:generateContent', { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }],
  ['POST /v1beta/models/:model\\:streamGenerateContent', { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }],
  ...['/v1', '/openai/v1', '/anthropic/v1', '/v1beta', '/gemini/v1beta'].flatMap((mount): readonly (readonly [string, object])[] => [
    [`GET ${mount}/models`, {}],
    [`GET ${mount}/models/:model`, {}],
    [`POST ${mount}/:word`, [...doorTable.values()][0]?.body ?? {}],
  ]),
];
const targets: readonly (readonly [string, object])[] = [
  ...[...routeTable].map(([route, { body = {} }]) => [route, body] as const),
  ...doorBodies,
  ...['/health/live', '/health/ready', '/docs', '/openapi.json', '/oauth/callback', '/:word/:word'].map(
    (path) => [`GET ${path}`, {}] as const,
  ),
];
const patterns = [...patternTable];

export interface FuzzKeys {
  readonly good: string;
}

/** One request after the other, the same ones for the same seed. */
export function requestsOf(keys: FuzzKeys): fc.Arbitrary<FuzzedRequest> {
  return fc.oneof(
    { weight: 6, arbitrary: plan.map((each) => httpFrom(each, keys)) },
    { weight: 2, arbitrary: plan.map((each) => rawFrom(each, keys)) },
    { weight: 3, arbitrary: plan.map((each) => framesFrom(each, keys)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom<'raw' | 'frames'>('raw', 'frames'), fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 4 }))
        .map(([kind, pieces]) => ({ kind, pieces: pieces.map((piece) => Buffer.from(piece)) })),
    },
  );
}

function keyFrom({ key, words }: Plan, keys: FuzzKeys): string | undefined {
  return { good: keys.good, bad: `mk_${someKey}`, mangled: `${keys.good.slice(0, -3)}${words[0] ?? ''}`, none: undefined }[key];
}

function targetOf({ target, words, wordsUsed, method: otherMethod }: Plan): { method: string; path: string; body: object } {
  const [route, body] = targets[target % targets.length] ?? ['GET /', {}];
  const [method = 'GET', form = '/'] = route.split(' ');
  const usual: Readonly<Record<string, string>> = { provider, authType: 'api_key', name: 'work', id: nobody, model, word: 'anything' };
  let used = 0;
  const path = form.replaceAll(/:(\w+)|\*|\\:/g, (found: string, name: string | undefined) => {
    if (found === '\\:') return ':';
    const index = used++;
    const word = ((wordsUsed >> index) & 3) === 3 ? words[index % words.length] : usual[name ?? 'word'];
    return encodeURIComponent(wellFormed(word ?? nobody));
  });
  return { method: otherMethod === '' ? method : otherMethod, path, body };
}

function httpFrom(each: Plan, keys: FuzzKeys): FuzzedRequest {
  const { method, path, body } = targetOf(each);
  const key = keyFrom(each, keys);
  const content =
    method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : damaged(Buffer.from(textOf(edited(body, each.edits))), each.damages);
  return {
    ...{ kind: 'http', method, path: path + each.query, body: content },
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key.replaceAll(/[^\x21-\x7e]/g, '?')}` }),
      ...(content.length > 0 && each.type !== '' && { 'content-type': each.type }),
    },
  };
}

/** As a client would write it, and then broken where it hurts. */
function rawFrom(each: Plan, keys: FuzzKeys): FuzzedRequest {
  const { method, path, body } = targetOf(each);
  const content = Buffer.from(textOf(edited(body, each.edits)));
  const [word = '', other = ''] = each.words;
  const lengths = [
    `content-length: ${String(content.length)}`,
    `content-length: ${String(content.length + 5)}`,
    'transfer-encoding: chunked',
    `content-length: ${word}`,
    '',
  ];
  const head = [
    `${method} ${each.wordsUsed % 3 === 0 ? path : path + other} HTTP/1.1`,
    each.wordsUsed % 5 === 0 ? `host: ${word}` : 'host: localhost',
    `authorization: Bearer ${keyFrom(each, keys) ?? ''}`,
    ...(each.wordsUsed % 4 === 0 ? [`${other}: ${word}`] : []),
    `content-type: ${each.type}`,
    lengths[each.target % lengths.length] ?? '',
  ];
  const bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content]);
  return { kind: 'raw', pieces: cut(damaged(bytes, each.damages), each.pieces) };
}

function framesFrom(each: Plan, keys: FuzzKeys): FuzzedRequest {
  const [pattern, { body = {} }] = patterns[each.target % patterns.length] ?? ['providers.list', {}];
  const key = keyFrom(each, keys);
  const message = { pattern: `maestro.${pattern}`, id: '1', data: { ...(key !== undefined && { key }), data: body } };
  const content = damaged(Buffer.from(textOf(edited(message, each.edits))), each.damages);
  const length = each.wordsUsed === 0 ? String(content.length - 1) : String(content.toString().length);
  const tiny = each.wordsUsed === 31 ? '2#{}'.repeat(12_000) : '';
  return { kind: 'frames', pieces: cut(Buffer.concat([Buffer.from(`${length}#`), content, Buffer.from(tiny)]), each.pieces) };
}
