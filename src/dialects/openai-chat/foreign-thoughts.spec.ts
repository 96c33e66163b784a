import { carry } from '../../kit/carried.js';
import { withoutCarriedThoughts, withoutThoughts } from './foreign-thoughts.js';

const bytes = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body, null, 1));
const read = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString('utf8'));

const question = { role: 'user', content: `tell me of ${carry({ id: 'x' })} and of "reasoning_content"` };
const answer = { role: 'assistant', content: 'Yes.' };
const own = { type: 'reasoning.encrypted', data: 'c2VhbGVk' };
const carried = { type: 'reasoning.encrypted', data: carry({ signature: 's' }) };
const more = { model: 'm', n: 2, web_search_options: {} };

describe('thoughts that clients give back', () => {
  it('do not go to a vendor whose wire has no field for them', () => {
    const thought = { ...answer, reasoning_content: 'Hm.', reasoning_details: [own] };

    expect(read(withoutThoughts(bytes({ ...more, messages: [question, thought] })))).toEqual({ ...more, messages: [question, answer] });
  });

  it('stay where a vendor of the wire said them; what was carried for another does not', () => {
    const messages = [question, { ...answer, reasoning_details: [own, carried] }, { ...answer, reasoning_details: [carried] }, answer];

    expect(read(withoutCarriedThoughts(bytes({ ...more, messages })))).toEqual({
      ...more,
      messages: [question, { ...answer, reasoning_details: [own] }, answer, answer],
    });
  });

  it('make no difference to a request without any, or to one that cannot be read', () => {
    const plain = bytes({ ...more, messages: [answer] });
    const odd = [bytes({ messages: carry({ id: 'x' }) }), bytes([carry({ id: 'x' })]), Buffer.from(`{${carry({ id: 'x' })}`)];

    expect(withoutThoughts(plain)).toBe(plain);
    expect(withoutCarriedThoughts(plain)).toBe(plain);
    for (const body of odd) expect(Buffer.from(withoutCarriedThoughts(body)).toString()).toContain(carry({ id: 'x' }));
    expect(read(withoutCarriedThoughts(bytes({ messages: [7, answer], user: carry({ id: 'x' }) })))).toMatchObject({
      messages: [7, answer],
    });
  });
});
