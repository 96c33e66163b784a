import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { aModel } from '../../contracts/model.js';
import type { OfferedModel } from '../../kit/door.js';
import { messagesDoor } from './door.js';

const offered = ['a/1', 'a/2', 'b/1', 'b/2', 'c/1'].map((address): OfferedModel => {
  return { address, provider: 'acme', model: aModel({ id: address.slice(2), name: address }) };
});

interface Page {
  readonly data: readonly { readonly id: string }[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

function pageOf(query: string): Page {
  return messagesDoor.models?.list(offered, new URLSearchParams(query)) as unknown as Page;
}

describe('the models of the Messages door', () => {
  it.each([
    ['', ['a/1', 'a/2', 'b/1', 'b/2', 'c/1'], false],
    ['limit=2', ['a/1', 'a/2'], true],
    ['limit=2&after_id=b/1', ['b/2', 'c/1'], false],
    ['limit=2&before_id=b/2', ['a/2', 'b/1'], true],
    ['limit=9&before_id=a/2', ['a/1'], false],
    ['limit=none', ['a/1', 'a/2', 'b/1', 'b/2', 'c/1'], false],
    ['limit=0', ['a/1', 'a/2', 'b/1', 'b/2', 'c/1'], false],
    ['after_id=c/1', [], false],
  ])('asked with %j are %j', (query, ids, hasMore) => {
    const page = pageOf(query);

    expect(page.data.map(({ id }) => id)).toEqual(ids);
    expect(page).toMatchObject({ has_more: hasMore, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null });
  });

  it('tell what is known of them, and nothing else', () => {
    const model = aModel({ id: 'x', name: 'X', maxInputTokens: 9, abilities: { vision: 'yes', documents: 'no', tools: 'yes' } });

    expect(messagesDoor.models?.one({ address: 'acme/x', provider: 'acme', model })).toEqual({
      type: 'model',
      id: 'acme/x',
      display_name: 'X',
      created_at: '1970-01-01T00:00:00.000Z',
      max_input_tokens: 9,
      max_tokens: null,
      capabilities: { image_input: { supported: true }, pdf_input: { supported: false } },
    });
  });
});

describe('the Messages door', () => {
  const asked = {
    body: { model: 'x', max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] },
    route: messagesDoor.routes[0] ?? { method: '*', path: /^/, name: '', operation: 'chat' as const },
    model: 'x',
    search: new URLSearchParams(),
    provider: 'acme',
    created: 0,
  };

  it('gives beta words to a provider of this wire, and notes them for another', () => {
    const headers = { 'anthropic-beta': 'one, two,' };

    expect(messagesDoor.decode({ ...asked, headers, isSpoken: true }).request.providerOptions).toEqual({
      acme: { betas: ['one', 'two'] },
    });
    expect(messagesDoor.decode({ ...asked, headers, isSpoken: false }).notices).toEqual(['anthropic-beta']);
    expect(messagesDoor.decode({ ...asked, headers: {}, isSpoken: false }).notices).toEqual([]);
  });

  it('ends an event stream that broke off, and no other body', () => {
    const error = new MaestroError('upstream.truncated', { provider: 'acme' });

    expect(messagesDoor.encodeBreak(error, 'text/event-stream', Buffer.from('}\n\n'))).toMatch(/^event: error\ndata: \{"type":"error"/);
    expect(messagesDoor.encodeBreak(error, 'application/json', Buffer.from('{'))).toBeUndefined();
    expect(messagesDoor.tapFor('acme', 'text/html', 'all')).toBeUndefined();
  });
});
