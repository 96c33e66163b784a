import { carry } from '../../kit/carried.js';
import { withoutForeignItems } from './foreign-items.js';

const bytes = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body, null, 1));
const read = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString('utf8'));

const more = { model: 'm', tools: [{ type: 'web_search' }] };
const question = { role: 'user', content: carry({ id: 'x' }) };
const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'c2VhbGVk' };

describe('thoughts of providers of other wires', () => {
  it('do not go to a provider of this one, by whichever sign they are known', () => {
    const carried = { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: carry({ signature: 's' }) };
    const unsigned = { type: 'reasoning', id: 'rs_maestro_3', summary: [{ type: 'summary_text', text: 'Hm.' }] };

    expect(read(withoutForeignItems(bytes({ ...more, input: [question, own, carried, unsigned, 'odd'] })))).toEqual({
      ...more,
      input: [question, own, 'odd'],
    });
  });

  it('make no difference where there are none', () => {
    const plain = bytes({ ...more, input: [own] });

    expect(withoutForeignItems(plain)).toBe(plain);
    expect(read(withoutForeignItems(bytes({ ...more, input: carry({ id: 'x' }) })))).toEqual({ ...more, input: carry({ id: 'x' }) });
  });
});
