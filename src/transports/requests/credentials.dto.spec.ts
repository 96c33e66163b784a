import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { credentialsFrom } from './credentials.dto.js';

describe('credentials as they are sent', () => {
  it('are an API key with what goes with it', () => {
    const credentials = credentialsFrom({ apiKey: 'sk-1', organizationId: 'org-1' });

    expect(credentials).toMatchObject({ authType: 'api_key', extra: { organizationId: 'org-1' } });
    expect(credentials.authType === 'api_key' && credentials.apiKey.reveal()).toBe('sk-1');
  });

  it('are tokens by hand', () => {
    const credentials = credentialsFrom({
      accessToken: 'at',
      refreshToken: 'rt',
      idToken: 'it',
      tokenType: 'DPoP',
      scopes: ['a', 'b'],
      expiresAt: '2026-03-01T10:00:00Z',
      accountId: 'acc-1',
    });

    expect(credentials).toMatchObject({
      authType: 'oauth',
      tokenType: 'DPoP',
      scopes: ['a', 'b'],
      expiresAt: new Date('2026-03-01T10:00:00Z'),
      extra: { accountId: 'acc-1' },
    });
    if (credentials.authType !== 'oauth') throw new Error('expected tokens');
    expect([credentials.accessToken, credentials.refreshToken, credentials.idToken].map((secret) => secret?.reveal())).toEqual([
      'at',
      'rt',
      'it',
    ]);
    expect(credentialsFrom({ accessToken: 'at' })).toMatchObject({ tokenType: 'Bearer', scopes: [], extra: {} });
  });

  it.each([
    ['sk-hunter2', 'credentials must be an object'],
    [{}, 'credentials must have an apiKey or an accessToken'],
    [{ apiKey: 'hunter2', accessToken: 'hunter2' }, 'credentials must be an API key or tokens, not both'],
    [{ apiKey: '' }, 'credentials.apiKey must not be empty'],
    [{ apiKey: ['hunter2'] }, 'credentials.apiKey must be a text'],
    [{ apiKey: 'k'.repeat(16_385) }, 'credentials.apiKey must have 16384 characters or fewer'],
    [{ apiKey: 'k', organizationId: 5 }, 'credentials.organizationId must be a text of 1000 characters or fewer'],
    [{ apiKey: 'k', 'a b': 'x' }, 'credentials.a b must be a text of 1000 characters or fewer'],
    [{ accessToken: 5 }, 'credentials.accessToken must be a text'],
    [{ accessToken: 'at', expiresAt: '1' }, 'credentials.expiresAt must be a time such as 2026-03-01T10:00:00Z'],
    [{ accessToken: 'at', expiresAt: 1 }, 'credentials.expiresAt must be a time such as 2026-03-01T10:00:00Z'],
    [{ accessToken: 'at', scopes: 'a b' }, 'credentials.scopes must be a list of at most 200 texts'],
  ])('are refused as %j, without a word of what they are', (value, problem) => {
    const refusal = (): unknown => credentialsFrom(value);

    expect(refusal).toThrow(new MaestroError('request.invalid', { problems: [problem] }));
    expect(refusal).not.toThrow(/hunter2/);
  });
});
