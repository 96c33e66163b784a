import { inspect } from 'node:util';

import type { Credentials, OAuthCredentials } from './credentials.js';
import { credentialsFromText, textFromCredentials } from './credentials.js';
import { Secret } from './secret.js';

const withKey: Credentials = { authType: 'api_key', apiKey: Secret.of('sk-hidden-key'), extra: { organizationId: 'org-1' } };

const withTokens: OAuthCredentials = {
  authType: 'oauth',
  accessToken: Secret.of('at-hidden'),
  refreshToken: Secret.of('rt-hidden'),
  idToken: Secret.of('it-hidden'),
  tokenType: 'Bearer',
  scopes: ['chat', 'offline'],
  expiresAt: new Date('2026-03-01T10:00:00Z'),
  extra: { accountId: 'acc-1' },
};

const withLittle: OAuthCredentials = { authType: 'oauth', accessToken: Secret.of('at-hidden'), tokenType: 'DPoP', scopes: [], extra: {} };

/** Secrets compare by their text only where it is asked for. */
function open(credentials: Credentials | undefined): unknown {
  return (
    credentials && Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, Secret.is(value) ? value.reveal() : value]))
  );
}

function read(text: string): unknown {
  return open(credentialsFromText(Secret.of(text)));
}

describe('credentials as a text', () => {
  it.each([
    ['an API key', withKey],
    ['tokens', withTokens],
    ['an access token alone', withLittle],
  ])('come back as they were: %s', (_, credentials) => {
    expect(open(credentialsFromText(textFromCredentials(credentials)))).toEqual(open(credentials));
  });

  it('are a secret, like the values in them', () => {
    const shown =
      inspect([textFromCredentials(withKey), withKey, withTokens]) + JSON.stringify([textFromCredentials(withTokens), withTokens]);
    expect(shown).not.toContain('hidden');
  });

  it.each([
    ['no JSON', 'sk-hidden-key'],
    ['half of it', '{"authType":"api_key","apiKey":"sk-'],
    ['null', 'null'],
    ['a text', '"api_key"'],
    ['another kind', '{"authType":"password","password":"x"}'],
    ['a key that is missing', '{"authType":"api_key"}'],
    ['a key that is empty', '{"authType":"api_key","apiKey":""}'],
    ['a key of the wrong type', '{"authType":"api_key","apiKey":7}'],
    ['tokens without an access token', '{"authType":"oauth","refreshToken":"x"}'],
  ])('are none where the text is %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it('are completed where a field that is no secret is missing or odd', () => {
    expect(read('{"authType":"oauth","accessToken":"x","scopes":["a",1],"extra":{"b":"c","d":2}}')).toEqual({
      authType: 'oauth',
      accessToken: 'x',
      tokenType: 'Bearer',
      scopes: ['a'],
      extra: { b: 'c' },
    });
    expect(read('{"authType":"api_key","apiKey":"x","extra":"none"}')).toEqual({ authType: 'api_key', apiKey: 'x', extra: {} });
  });
});
