import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { Door } from '../../../kit/door.js';
import { authorizationOf } from './door-key.js';
import { routeOf } from './door-route.js';
import { doors } from './doors.js';

const door = { ...(doors[0] as Door), keyHeaders: ['x-own-key'], keyParameters: ['key'] };
const key = (headers: Readonly<Record<string, string>>, url = '/v1/x'): string | undefined =>
  authorizationOf(headers, routeOf([door], { method: 'GET', url, headers }));

describe('the key of a request at a door', () => {
  it('is taken from wherever its clients put it', () => {
    expect(key({ authorization: 'Bearer mk_a' })).toBe('Bearer mk_a');
    expect(key({ 'x-own-key': 'mk_a' })).toBe('Bearer mk_a');
    expect(key({}, '/v1/x?key=mk_a')).toBe('Bearer mk_a');
    expect(key({})).toBeUndefined();
  });

  it('may come twice where it is the same', () => {
    expect(key({ authorization: 'bearer  mk_a', 'x-own-key': 'mk_a ' }, '/v1/x?key=mk_a')).toBe('Bearer mk_a');
  });

  it('is refused where there are two: nobody knows whose request that is', () => {
    expect(() => key({ authorization: 'Bearer mk_a', 'x-own-key': 'mk_b' })).toThrow(new MaestroError('caller.keys-differ', {}));
  });
});
