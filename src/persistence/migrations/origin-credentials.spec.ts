import { credentialsFromText } from '../../contracts/credentials.js';
import { Secret } from '../../contracts/secret.js';
import { sealableFrom } from './origin-credentials.js';

describe('credentials of the single-session system', () => {
  it('are read as what they are, and kept to the letter beside', () => {
    const json = '{"n": 12345678901234567890.10, "api_key": "a-key-of-twenty-letters", "project_id": "p"}';

    const { text, hint, isUsable } = sealableFrom('api_key', Secret.of(json), null);

    expect(JSON.parse(text.reveal())).toMatchObject({ origin: json });
    expect(credentialsFromText(text)).toMatchObject({ authType: 'api_key', extra: { project_id: 'p' } });
    expect({ hint, isUsable }).toEqual({ hint: 'ters', isUsable: true });
  });

  it('of a login bring its tokens, scopes and expiry', () => {
    const json =
      '{"access_token": "a", "refresh_token": "r", "id_token": "i", "token_type": "DPoP", "scope": " x y ", "user_project": "u"}';

    const { text, hint } = sealableFrom('oauth', Secret.of(json), new Date('2030-01-01T00:00:00Z'));
    const read = credentialsFromText(text);

    if (read?.authType !== 'oauth') throw new Error('not read');
    expect([read.accessToken, read.refreshToken, read.idToken].map((secret) => secret?.reveal())).toEqual(['a', 'r', 'i']);
    expect(read).toMatchObject({ tokenType: 'DPoP', scopes: ['x', 'y'], extra: { user_project: 'u' } });
    expect(read.expiresAt?.toISOString()).toBe('2030-01-01T00:00:00.000Z');
    expect(hint).toBeUndefined();
  });

  it.each([
    ['oauth', '{"api_key": "other"}'],
    ['api_key', '{"access_token": "other"}'],
    ['api_key', '{"api_key": 7}'],
    ['api_key', '[]'],
    ['oauth', 'null'],
    ['oauth', '"text"'],
  ] as const)('of %s without what matters are kept too: %s', (authType, json) => {
    const { text, isUsable } = sealableFrom(authType, Secret.of(json), null);

    expect(isUsable).toBe(false);
    expect(JSON.parse(text.reveal())).toEqual({ authType, origin: json });
  });
});
