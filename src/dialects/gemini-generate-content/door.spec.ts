import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { aModel } from '../../contracts/model.js';
import type { OfferedModel } from '../../kit/door.js';
import type { TapVerdict } from '../../kit/wire-tap.js';
import { generateContentDoor } from './door.js';

const offered = ['a/1', 'a/2', 'b/1'].map((address): OfferedModel => {
  return { address, provider: 'acme', model: aModel({ id: address.slice(2), name: address }) };
});

interface Page {
  readonly models: readonly { readonly name: string }[];
  readonly nextPageToken?: string;
}

describe('the models of the generateContent door', () => {
  it.each([
    ['', ['a/1', 'a/2', 'b/1'], undefined],
    ['pageSize=2', ['a/1', 'a/2'], 'a/2'],
    ['pageSize=2&pageToken=a/2', ['b/1'], undefined],
    ['pageSize=many', ['a/1', 'a/2', 'b/1'], undefined],
  ])('asked with %j are %j', (query, addresses, next) => {
    const page = generateContentDoor.models?.list(offered, new URLSearchParams(query)) as unknown as Page;

    expect(page.models.map(({ name }) => name)).toEqual(addresses.map((address) => `models/${address}`));
    expect(page.nextPageToken).toBe(next);
  });

  it('tell what is known of them, and nothing else', () => {
    const model = aModel({ id: 'x', name: 'X', maxOutputTokens: 9, abilities: { embeddings: 'yes', reasoning: 'no' } });

    expect(generateContentDoor.models?.one({ address: 'acme/x', provider: 'acme', model })).toEqual({
      name: 'models/acme/x',
      displayName: 'X',
      outputTokenLimit: 9,
      supportedGenerationMethods: ['embedContent'],
      thinking: false,
    });
  });
});

describe('the generateContent door', () => {
  const answer = { candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] };
  const cut = { candidates: [{ content: { parts: [{ text: 'Hi' }] } }] };

  function read(contentType: string, ...pieces: readonly string[]): TapVerdict | undefined {
    const tap = generateContentDoor.tapFor('acme', contentType, 'all');
    const events = pieces.flatMap((piece) => tap?.read(Buffer.from(piece)) ?? []);
    const verdict = tap?.end();
    return verdict && { ...verdict, events: [...events, ...verdict.events] };
  }

  it.each([
    ['one answer', JSON.stringify(answer)],
    ['an array of them', ` [${JSON.stringify(cut)},\n${JSON.stringify(answer)}]`],
  ])('reads along with %s in JSON', (_kind, body) => {
    const verdict = read('application/json', '\n', body.slice(0, 9), body.slice(9));

    expect(verdict?.isTruncated).toBe(false);
    expect(verdict?.failure).toBeUndefined();
    expect(verdict?.events.at(-1)).toMatchObject({ type: 'message-end', reason: 'stop' });
  });

  it('knows an array without its end, and does not wait for one of a whole answer', () => {
    expect(read('application/json', `[${JSON.stringify(cut)}]`)).toMatchObject({ isTruncated: true });
    expect(read('application/json', JSON.stringify(cut))).toMatchObject({ isTruncated: false });
    expect(read('application/json', ' ')).toEqual({ events: [], isTruncated: false });
    expect(generateContentDoor.tapFor('acme', 'text/html', 'all')).toBeUndefined();
  });

  it('ends an event stream that broke off, and no other body', () => {
    const error = new MaestroError('upstream.truncated', { provider: 'acme' });

    expect(generateContentDoor.encodeBreak(error, 'text/event-stream', Buffer.from('}\n\n'))).toMatch(/^data: (\{"error":.*\})\n\n\1\n$/);
    expect(generateContentDoor.encodeBreak(error, 'application/json', Buffer.from('{'))).toBeUndefined();
  });

  const countTokens = generateContentDoor.routes.find(({ operation }) => operation === 'count-tokens')?.model;

  it.each([
    [{ contents: [] }, { contents: [] }],
    [{ generateContentRequest: { contents: [] } }, { generateContentRequest: { contents: [] } }],
    [{ generateContentRequest: { model: 7 } }, { generateContentRequest: { model: 7 } }],
    [{ generateContentRequest: { model: 'models/a/x', z: 1 } }, { generateContentRequest: { model: 'models/x', z: 1 } }],
  ])('names the model in %j as the path does', (body, renamed) => {
    const parts = countTokens?.replace({ path: '/models/a/x:countTokens', body: Buffer.from(JSON.stringify(body)) }, 'x');

    expect(parts?.path).toBe('/models/x:countTokens');
    expect(JSON.parse(Buffer.from(parts?.body ?? []).toString())).toEqual(renamed);
  });
});
