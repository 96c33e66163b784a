import { AuthType, authTypes } from './auth-type.js';

describe('an auth type', () => {
  it.each(authTypes)('may be %s', (text) => {
    expect(AuthType.parse(text)).toBe(text);
  });

  it.each(['api-key', 'API_KEY', 'apikey', '', 'toString'])('may not be %j, and the error names those there are', (text) => {
    expect(AuthType.is(text)).toBe(false);
    expect(() => AuthType.parse(text)).toThrow(/no auth type; there is oauth and api_key/);
  });
});
