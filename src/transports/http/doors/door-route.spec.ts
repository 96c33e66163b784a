import type { Door, DoorRoute } from '../../../kit/door.js';
import { modelInBody } from '../../../kit/door.js';
import { doors } from './doors.js';
import { addressesOf, hintFor, routeOf, servedAt } from './door-route.js';

const [anyDoor] = doors;
if (anyDoor === undefined) throw new Error('there is no door');

function aDoor(dialect: string, routes: readonly DoorRoute[], more: Partial<Door>): Door {
  return { ...(anyDoor as Door), dialect, routes, ...more };
}

const talk: DoorRoute = { method: 'POST', path: /^\/talk\/now$/, name: '/talk/now', operation: 'chat', model: modelInBody };
const list: DoorRoute = { method: 'GET', path: /^\/models$/, name: '/models', operation: 'list-models' };
const other: DoorRoute = { method: '*', path: /^\/.+$/, name: '/*', operation: 'other' };
const plain = aDoor('plain', [talk, list, other], { mounts: ['/v1', '/plain/v1'] });
const marked = aDoor('marked', [list, { ...other }], { mounts: ['/v1', '/marked/v1'], markHeader: 'x-mark' });
const both = [plain, marked];

const at = (method: string, url: string, headers: Readonly<Record<string, string>> = {}) => routeOf(both, { method, url, headers });

describe('where a request at a door goes', () => {
  it.each([
    ['POST', '/v1/talk/now?x=1', {}, 'plain', '/talk/now'],
    ['POST', '/plain/v1/talk/now', {}, 'plain', '/talk/now'],
    ['GET', '/v1/models', {}, 'plain', '/models'],
    ['GET', '/v1/models', { 'x-mark': '1' }, 'marked', '/models'],
    ['GET', '/marked/v1/models', {}, 'marked', '/models'],
    ['POST', '/v1/talk/now', { 'x-mark': '1' }, 'plain', '/talk/now'],
    ['PUT', '/v1/talk/now', {}, 'plain', '/*'],
    ['GET', '/v1/files/7', { 'x-mark': '1' }, 'marked', '/*'],
    ['GET', '/v1', {}, 'plain', undefined],
    ['POST', '/v1/v1/talk/now', {}, 'plain', undefined],
    ['POST', '/nowhere', { 'x-mark': '1' }, 'marked', undefined],
  ])('%s %s with %j is for %s %s', (method, url, headers, dialect, name) => {
    const { door, route } = at(method, url, headers);

    expect([door.dialect, route?.name]).toEqual([dialect, name]);
  });

  it('keeps the query apart, as it was written', () => {
    expect(at('POST', '/v1/talk/now?b=%20&a')).toMatchObject({ path: '/talk/now', query: '?b=%20&a', mount: '/v1' });
  });

  it.each([
    ['/v1/v1/talk/now', 'the base URL of your client ends in /v1 and it adds /v1 itself; take it away from the base URL'],
    ['/talk/now', 'the base URL of your client must end in /v1: this would be /v1/talk/now'],
    ['/plain/talk/now', 'the base URL of your client must end in /plain/v1: this would be /plain/v1/talk/now'],
    ['/plain/v2/talk', undefined],
    ['/v1', undefined],
  ])('tells of %s: %s', (url, hint) => {
    expect(hintFor(at('POST', url), 'POST')).toBe(hint);
  });

  it('tells what there is', () => {
    expect(servedAt(at('GET', '/marked/v1/x'))).toEqual(['GET /marked/v1/models']);
  });

  it('is looked for below each mount, beside it, and where its version was forgotten', () => {
    expect(addressesOf(both)).toEqual(['/v1', '/talk', '/models', '/plain', '/marked'].flatMap((path) => [path, `${path}/*`]));
  });

  it('needs a door', () => {
    expect(() => routeOf([], { method: 'GET', url: '/v1', headers: {} })).toThrow('there is no door');
  });
});
