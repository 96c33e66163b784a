import { inspect } from 'node:util';

import type { Credentials } from '../../contracts/credentials.js';
import { Secret } from '../../contracts/secret.js';
import type { ImportParser } from './found.js';
import { cliProxyApiParser } from './parsers/cli-proxy-api.js';
import { codexParser } from './parsers/codex.js';
import { envParser } from './parsers/env.js';
import { opencodeParser } from './parsers/opencode.js';

/** All files in here are hand-made, after what the tools' own source says of them. */
const everyParser: readonly (readonly [string, ImportParser])[] = [
  ['env', envParser],
  ['codex', codexParser],
  ['opencode', opencodeParser],
  ['cli-proxy-api', cliProxyApiParser],
];

function parsed(parser: ImportParser, file: unknown): ReturnType<ImportParser> {
  return parser(Secret.of(typeof file === 'string' ? file : JSON.stringify(file)));
}

/** Opened for comparing. */
function shown(credentials: Credentials): unknown {
  if (credentials.authType === 'api_key') return credentials.apiKey.reveal();
  const { accessToken, refreshToken, idToken, expiresAt, extra } = credentials;
  return {
    access: accessToken.reveal(),
    refresh: refreshToken?.reveal(),
    id: idToken?.reveal(),
    expiresAt: expiresAt?.toISOString(),
    extra,
  };
}

function jwt(claims: unknown): string {
  return ['{}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
}

describe('a .env file', () => {
  it.each([
    ['ACME_KEY=sk-1', 'sk-1'],
    ['  export ACME_KEY = sk-1  ', 'sk-1'],
    ['ACME_KEY="sk-1"', 'sk-1'],
    ["ACME_KEY='sk-1' # mine", 'sk-1'],
    ['ACME_KEY=sk-1 # mine', 'sk-1'],
    ['ACME_KEY=sk-1\r\nOTHER=', 'sk-1'],
    ['ACME_KEY="two\nlines"', 'two\nlines'],
  ])('is read as programs read it: %j', (text, value) => {
    const { found } = parsed(envParser, text);
    expect(found.map(({ kind, key, credentials }) => [kind, key, shown(credentials)])).toEqual([['variable', 'ACME_KEY', value]]);
  });

  it.each(['', '# ACME_KEY=sk-1', 'ACME_KEY=', 'ACME_KEY=""', 'no variable', '=sk-1'])('has no variable with a value: %j', (text) => {
    expect(parsed(envParser, text)).toEqual({ found: [], troubles: [] });
  });
});

describe("Codex' auth.json", () => {
  const tokens = { id_token: jwt({}), access_token: jwt({ exp: 1_800_000_000 }), refresh_token: 'refresh', account_id: 'account' };

  it('gives the login, with the end of its access token', () => {
    const { found, troubles } = parsed(codexParser, { ACME_KEY: null, tokens, last_refresh: '2026-03-01T10:00:00Z' });

    expect(troubles).toEqual([]);
    expect(found.map(({ kind, key, credentials }) => [kind, key, shown(credentials)])).toEqual([
      [
        'account',
        'tokens',
        {
          access: tokens.access_token,
          refresh: 'refresh',
          id: tokens.id_token,
          expiresAt: '2027-01-15T08:00:00.000Z',
          extra: { accountId: 'account' },
        },
      ],
    ]);
  });

  it('gives an API key under the name of its variable, beside the login or alone', () => {
    const { found } = parsed(codexParser, { ACME_KEY: 'sk-1', tokens });
    expect(found.map(({ kind, key }) => [kind, key])).toEqual([
      ['variable', 'ACME_KEY'],
      ['account', 'tokens'],
    ]);
    expect(parsed(codexParser, { ACME_KEY: 'sk-1', auth_mode: 'apikey' }).found).toHaveLength(1);
  });

  it('takes an access token that is no JWT, and knows no end of it', () => {
    const { found } = parsed(codexParser, { tokens: { access_token: 'opaque' } });
    expect(found.map(({ credentials }) => shown(credentials))).toEqual([{ access: 'opaque', extra: {} }]);
  });

  it('is a trouble without an access token', () => {
    expect(parsed(codexParser, { tokens: { refresh_token: 'refresh' } }).troubles).toEqual(['its tokens have no access token']);
  });
});

describe("opencode's auth.json", () => {
  it('gives keys and logins under its own names for the providers', () => {
    const { found, troubles } = parsed(opencodeParser, {
      acme: { type: 'api', key: 'sk-1' },
      elsewhere: { type: 'api', key: 'sk-2', baseURL: 'https://elsewhere.example' },
      login: { type: 'oauth', access: 'access', refresh: 'refresh', expires: 1_800_000_000_000, accountId: 'account' },
      endless: { type: 'oauth', access: 'access', refresh: 'refresh', expires: 0 },
    });

    expect(troubles).toEqual([]);
    expect(found.map(({ key, credentials, baseUrl }) => [key, shown(credentials), baseUrl])).toEqual([
      ['acme', 'sk-1', undefined],
      ['elsewhere', 'sk-2', 'https://elsewhere.example'],
      [
        'login',
        { access: 'access', refresh: 'refresh', expiresAt: '2027-01-15T08:00:00.000Z', extra: { accountId: 'account' } },
        undefined,
      ],
      ['endless', { access: 'access', refresh: 'refresh', extra: {} }, undefined],
    ]);
  });

  it.each([
    { type: 'api' },
    { type: 'api', key: '' },
    { type: 'oauth', refresh: 'r' },
    { type: 'wellknown', key: 'K', token: 't' },
    'text',
  ])('names an entry that it cannot use: %j', (entry) => {
    const trouble = 'entry "acme" is neither an API key nor a login with an access token';
    expect(parsed(opencodeParser, { acme: entry })).toEqual({ found: [], troubles: [trouble] });
  });
});

describe('a file of CLIProxyAPI', () => {
  it('gives the login of its type', () => {
    const file = { type: 'acme', access_token: 'access', refresh_token: 'refresh', id_token: 'id', expired: '2027-01-15T08:00:00Z' };
    const { found } = parsed(cliProxyApiParser, { ...file, account_id: 'account', email: 'jane@example.com' });

    const tokens = { access: 'access', refresh: 'refresh', id: 'id', expiresAt: '2027-01-15T08:00:00.000Z' };
    expect(found.map(({ key, credentials }) => [key, shown(credentials)])).toEqual([
      ['acme', { ...tokens, extra: { accountId: 'account' } }],
    ]);
  });

  it('gives the tokens that stand by themselves in it', () => {
    const token = { access_token: 'access', refresh_token: 'refresh', expiry: '2027-01-15T08:00:00Z' };
    const { found } = parsed(cliProxyApiParser, { type: 'acme', token, project_id: 'project' });

    const tokens = { access: 'access', refresh: 'refresh', expiresAt: '2027-01-15T08:00:00.000Z' };
    expect(found.map(({ credentials }) => shown(credentials))).toEqual([{ ...tokens, extra: { projectId: 'project' } }]);
  });

  it('is a trouble without a type or an access token', () => {
    expect(parsed(cliProxyApiParser, { access_token: 'access' }).troubles).toEqual(['it is no JSON object with a type']);
    expect(parsed(cliProxyApiParser, { type: 'acme', expired: 'never' }).troubles).toEqual(['it has no access token']);
  });
});

describe('every parser', () => {
  it.each(everyParser)('quotes nothing of what it cannot read: %s', (_tool, parser) => {
    for (const text of [
      '{"acme": "canary-secret',
      '["canary-secret"]',
      '"canary-secret"',
      'null',
      '{"tokens":{"id_token":"canary-secret"}}',
    ]) {
      expect(JSON.stringify(parsed(parser, text).troubles)).not.toContain('canary-secret');
    }
  });

  it.each(everyParser)('gives secrets that do not print: %s', (_tool, parser) => {
    const tokens = { access_token: 'canary-1', refresh_token: 'canary-2', id_token: 'canary-3' };
    const file = { ACME: 'canary-4', tokens, type: 'acme', ...tokens, acme: { type: 'oauth', access: 'canary-5', refresh: 'canary-6' } };
    const text = parser === envParser ? 'ACME=canary-7' : file;
    const { found } = parsed(parser, text);

    expect(found).not.toEqual([]);
    expect(inspect(found, { depth: 9 }) + JSON.stringify(found)).not.toContain('canary');
  });
});
