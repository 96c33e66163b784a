import { ContextId } from './context-chunk.js';

describe('a context id', () => {
  it.each(['c', 'chat_123', 'Gespräch über Zürich 🚀', 'x'.repeat(200), '🚀'.repeat(200)])('may be %s', (text) => {
    expect(ContextId.parse(text)).toBe(text);
  });

  it.each(['', 'x'.repeat(201), 'a\nb', 'a\u0000', '\u202Etxt'])('may not be %j', (text) => {
    expect(() => ContextId.parse(text)).toThrow(/1 to 200 printable characters/);
  });
});
