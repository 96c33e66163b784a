import { MaestroError } from './errors/maestro-error.js';
import { SessionName } from './session-name.js';

describe('a session name', () => {
  it.each(['abc', 'work_claude', 'A-b_9', 'x'.repeat(50), '123', '---'])('may be %s', (name) => {
    expect(SessionName.parse(name)).toBe(name);
    expect(SessionName.is(name)).toBe(true);
  });

  it.each([
    ['ab', /2 characters, at least 3/],
    ['', /0 characters/],
    ['x'.repeat(51), /51 characters, at most 50/],
    ['a b', /only letters/],
    ['work\n', /starts or ends with a blank/],
    [' work', /starts or ends with a blank/],
    ['wörk', /only letters/],
    ['🚀🚀', /only letters/],
    ['a/b', /only letters/],
    ['work.claude', /only letters/],
    ['0f8fad5b-d9cb-469f-a165-70867728950e', /form of a UUID/],
    ['0F8FAD5B-D9CB-469F-A165-70867728950E', /form of a UUID/],
  ])('may not be %j, and the error says why', (name, why) => {
    expect(SessionName.is(name)).toBe(false);
    expect(() => SessionName.parse(name)).toThrow(why);
    try {
      SessionName.parse(name);
    } catch (error) {
      expect(MaestroError.from(error).code).toBe('session.name-invalid');
    }
  });

  it('is never repaired', () => {
    expect(SessionName.parse('Work_Claude')).toBe('Work_Claude');
    expect(SessionName.is('work claude')).toBe(false);
  });
});
