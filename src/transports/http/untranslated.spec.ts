import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import { tellUntranslated } from './untranslated.js';

function headerFor(notices: readonly string[]): unknown {
  const raw = new ServerResponse(new IncomingMessage(new Socket()));
  tellUntranslated(raw, notices);
  return raw.getHeader('x-maestro-untranslated');
}

describe('the header that tells what was not translated', () => {
  it('names each thing once, and is absent where there is none', () => {
    expect(headerFor(['options.seed', 'tools[0]', 'options.seed'])).toBe('options.seed, tools[0]');
    expect(headerFor([])).toBeUndefined();
  });

  it('holds nothing that would end it or be taken for another name', () => {
    expect(headerFor(['tool\r\nset-cookie: a', 'a,b', 'Ä'])).toBe('tool??set-cookie: a, a?b, ?');
  });

  it('stays short enough for proxies', () => {
    const header = headerFor(Array.from({ length: 500 }, (_, at) => `messages[${String(at)}].${'x'.repeat(300)}`));
    expect(String(header)).toMatch(/^messages\[0\]\.x+, .*, \.\.\.$/);
    expect(String(header).length).toBeLessThan(1_010);
  });
});
