import { carry } from '../../kit/carried.js';
import { withoutForeignThoughts } from './foreign-thoughts.js';

const bytes = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body, null, 1));
const read = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString('utf8'));

const question = { role: 'user', content: carry({ id: 'x' }) };
const answer = { role: 'assistant', content: 'Yes.' };
const own = { ...answer, reasoning_content: 'Hm.', reasoning_details: [{ type: 'reasoning.encrypted', data: 'c2VhbGVk' }] };
const carried = { type: 'reasoning.encrypted', data: carry({ signature: 's' }) };
const more = { model: 'm', n: 2, web_search_options: {} };

describe('thoughts that clients give back', () => {
  it('stay where a vendor of the wire said them, and go where another provider did', () => {
    const foreign = { ...answer, reasoning_content: 'Hm.', reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }, carried] };

    expect(read(withoutForeignThoughts(bytes({ ...more, messages: [question, own, foreign, 7] })))).toEqual({
      ...more,
      messages: [question, own, answer, 7],
    });
  });

  it('make no difference to a request without any, or to one that cannot be read', () => {
    const plain = bytes({ ...more, messages: [own] });
    const odd = [bytes({ messages: carry({ id: 'x' }) }), bytes([carry({ id: 'x' })]), Buffer.from(`{${carry({ id: 'x' })}`)];

    expect(withoutForeignThoughts(plain)).toBe(plain);
    for (const body of odd) expect(Buffer.from(withoutForeignThoughts(body)).toString()).toContain(carry({ id: 'x' }));
  });
});
