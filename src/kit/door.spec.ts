import { carry } from './carried.js';
import { holdsCarried, modelAtEnd, modelBeforeMethod, modelInBody } from './door.js';
import { sseBreak, sseOrJsonTap } from './stream-writer.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('where a request names its model', () => {
  it('is a member of its body, and nothing else of it changes', () => {
    const parts = { path: '/talk', body: bytes('{ "model":"a/b" ,"x":1.0}') };

    expect(modelInBody.find(parts)).toBe('a/b');
    expect(Buffer.from(modelInBody.replace(parts, 'b').body ?? []).toString()).toBe('{ "model":"b" ,"x":1.0}');
  });

  it('is nowhere without a body, or with another thing in its place', () => {
    expect(modelInBody.find({ path: '/talk' })).toBeUndefined();
    expect(modelInBody.find({ path: '/talk', body: bytes('{"model":7}') })).toBeUndefined();
    expect(modelInBody.replace({ path: '/talk' }, 'b')).toEqual({ path: '/talk' });
  });

  it('is the rest of a path, encoded or not', () => {
    const place = modelAtEnd('/models/');

    expect(place.find({ path: '/models/a%3Ab/c' })).toBe('a:b/c');
    expect(place.find({ path: '/models/100%' })).toBe('100%');
    expect(place.replace({ path: '/models/a/c' }, 'c d')).toEqual({ path: '/models/c%20d' });
    expect(place.replace({ path: '/models/a', body: bytes('{}') }, 'c')).toHaveProperty('body');
  });

  it.each([
    ['/models/a:talk', 'a'],
    ['/models/a:b/c:talk', 'a:b/c'],
    ['/models/a%3Ab%2Fc%3Atalk', 'a:b/c'],
    ['/models/a%3ab:talk', 'a:b'],
    ['/a/b:talk', 'a/b'],
  ])('stands in %s before the method', (path, model) => {
    const place = modelBeforeMethod('/models/', (name) => `/models/${encodeURIComponent(name)}`);

    expect(place.find({ path })).toBe(model);
    expect(place.replace({ path, body: bytes('{}') }, 'c/d')).toEqual({ path: '/models/c%2Fd:talk', body: bytes('{}') });
  });
});

describe('a body that gives back what was carried', () => {
  it('is told by its mark', () => {
    expect(holdsCarried(bytes(`{"x":"${carry({ signature: 's' })}"}`))).toBe(true);
    expect(holdsCarried(bytes('{"x":"bWFl"}'))).toBe(false);
  });
});

describe('the end of an event stream that broke off', () => {
  it.each([
    ['data: 1\n\n', 'data: end\n\n'],
    ['data: 1\r\n\r\n', 'data: end\n\n'],
    ['data: 1\n', '\n\ndata: end\n\n'],
    ['data: {"ha', '\n\ndata: end\n\n'],
    ['', 'data: end\n\n'],
  ])('after %j is %j', (tail, end) => {
    expect(sseBreak('data: end\n\n', 'text/event-stream; charset=utf-8', bytes(tail))).toBe(end);
  });

  it('cannot be told in another content type', () => {
    expect(sseBreak('data: end\n\n', 'application/json', bytes('{'))).toBeUndefined();
  });
});

describe('a tap', () => {
  const readers = {
    decoder: {
      decode: () => ({ events: [], state: { dialect: 'x' } }),
      end: () => [{ type: 'text-delta' as const, part: 0, text: 'end' }],
    },
    eventsOf: () => [{ type: 'text-delta' as const, part: 0, text: 'whole' }],
    landmark: /end/,
  };

  it.each([
    ['text/event-stream', 'all', 'end'],
    ['text/event-stream', 'milestones', 'end'],
    ['application/json; charset=utf-8', 'milestones', 'whole'],
  ] as const)('reads %s, %s', (contentType, depth, text) => {
    const tap = sseOrJsonTap(contentType, depth, readers);
    tap?.read(bytes('{}'));

    expect(tap?.end().events).toMatchObject([{ text }]);
  });

  it('reads nothing else', () => {
    expect(sseOrJsonTap('audio/mpeg', 'all', readers)).toBeUndefined();
  });
});
