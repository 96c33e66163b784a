import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import type { ErrorCode } from '../../contracts/errors/catalogue.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import { httpClient } from '../http-client.js';
import { mergeTokens } from './merge-tokens.js';
import type { OAuthFlow } from './oauth-flow.js';
import { tokenSetFromAnswer } from './token-answer.js';
import { maySpendToken } from './token-failure.js';
import { refreshTokens } from './token-grants.js';
import { tellFigure } from '../../../test/support/tell-figure.js';

/** What the issuer sends, by hand; one row each. */
interface Sent {
  readonly status?: number;
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Break the connection here instead of ending the answer. */
  readonly isCut?: boolean;
}

/** What the stored credential holds after the answer. */
interface Stored {
  readonly access?: string;
  readonly refresh?: string;
  readonly id?: string;
  readonly type?: string;
  readonly scopes?: readonly string[];
  /** Absent: the flow's default of 600 s, marked as a guess. */
  readonly lifetime?: number;
  readonly isEstimated?: boolean;
}

interface Refused {
  readonly code: ErrorCode;
  readonly parameters?: object;
  readonly maySpend: boolean;
  readonly retryAfterMs?: number;
}

const answer = (fields: object, more: Sent = {}): Sent => ({ ...more, body: JSON.stringify(fields) });
const whole = { access_token: 'new-access', refresh_token: 'new-refresh', token_type: 'Bearer', expires_in: 3600 };
const ok: Stored = { lifetime: 3600, isEstimated: false };
const guessed: Stored = { lifetime: 600, isEstimated: true };
const refusal = (error: unknown, status = 400): Sent => ({ status, body: JSON.stringify({ error }) });
const page = '<html><head><title>Just a moment...</title></head><body></body></html>';
const html = (status: number, headers = {}): Sent => ({ status, type: 'text/html; charset=UTF-8', body: page, headers });
const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;
const compressed = (encoding: string, body: Buffer): Sent => ({ headers: { 'content-encoding': encoding }, body });
const dead = (reason: string): Refused => ({ code: 'session.refresh-rejected', parameters: { provider: 'odd', reason }, maySpend: false });
const ours = (problem: string): Refused => ({ code: 'oauth.misconfigured', parameters: { provider: 'odd', problem }, maySpend: false });
const unreadable: Refused = { code: 'upstream.malformed', maySpend: true };
const tooLong: Refused = {
  ...unreadable,
  parameters: { provider: 'odd', problem: "the token endpoint's answer: it is longer than 256 KiB" },
};
const failed: Refused = { code: 'upstream.failed', maySpend: true };
const refused: Refused = { code: 'upstream.invalid-request', maySpend: false };

const tokens: readonly (readonly [string, Sent, Stored])[] = [
  ['a whole answer', answer(whole), ok],
  ['fields that nobody knows', answer({ ...whole, ext: [1], 'not-before-policy': 0 }), ok],
  ['no refresh token', answer({ ...whole, refresh_token: undefined }), { ...ok, refresh: 'old-refresh' }],
  ['an empty refresh token', answer({ ...whole, refresh_token: '' }), { ...ok, refresh: 'old-refresh' }],
  ['a blank refresh token', answer({ ...whole, refresh_token: '  ' }), { ...ok, refresh: 'old-refresh' }],
  ['null as the refresh token', answer({ ...whole, refresh_token: null }), { ...ok, refresh: 'old-refresh' }],
  ['a number as the refresh token', answer({ ...whole, refresh_token: 7 }), { ...ok, refresh: 'old-refresh' }],
  ['a refresh token of 100 KiB', answer({ ...whole, refresh_token: 'r'.repeat(102_400) }), { ...ok, refresh: 'r'.repeat(102_400) }],
  ['an id token', answer({ ...whole, id_token: 'a.b.c' }), { ...ok, id: 'a.b.c' }],
  ['an empty id token', answer({ ...whole, id_token: '' }), { ...ok, id: 'old-id' }],
  ['no lifetime', answer({ ...whole, expires_in: undefined }), guessed],
  ['null as the lifetime', answer({ ...whole, expires_in: null }), guessed],
  ['a lifetime as text', answer({ ...whole, expires_in: '1800' }), { lifetime: 1800 }],
  ['a lifetime as text with blanks', answer({ ...whole, expires_in: ' 1800 ' }), { lifetime: 1800 }],
  ['a lifetime with a fraction', answer({ ...whole, expires_in: 3599.5 }), { lifetime: 3599.5 }],
  ['words as the lifetime', answer({ ...whole, expires_in: 'one hour' }), guessed],
  ['an empty text as the lifetime', answer({ ...whole, expires_in: '' }), guessed],
  ['true as the lifetime', answer({ ...whole, expires_in: true }), guessed],
  ['a lifetime of zero', answer({ ...whole, expires_in: 0 }), guessed],
  ['a negative lifetime', answer({ ...whole, expires_in: -3600 }), guessed],
  ['a lifetime of a thousand years', answer({ ...whole, expires_in: 31_536_000_000 }), guessed],
  ['a lifetime beyond any number', { body: '{"access_token":"new-access","refresh_token":"new-refresh","expires_in":1e999}' }, guessed],
  ['no lifetime but a token that tells its own', answer({ access_token: jwt({ iat: 1000, exp: 2800 }) }), { ...claimed(1800) }],
  ['no lifetime and a token with claims that tell none', answer({ access_token: jwt({ sub: 'x' }) }), { ...guessed, ...own({ sub: 'x' }) }],
  [
    'no lifetime and a token that expired before it was issued',
    answer({ access_token: jwt({ iat: 9, exp: 3 }) }),
    { ...guessed, ...own({ iat: 9, exp: 3 }) },
  ],
  ['no token type', answer({ ...whole, token_type: undefined }), ok],
  ['a token type in lower case', answer({ ...whole, token_type: 'bearer' }), ok],
  ['another token type', answer({ ...whole, token_type: 'DPoP' }), { ...ok, type: 'DPoP' }],
  ['a token type that could break a header', answer({ ...whole, token_type: 'Bearer\r\nx: y' }), ok],
  ['scopes with blanks', answer({ ...whole, scope: ' chat  models ' }), { ...ok, scopes: ['chat', 'models'] }],
  ['scopes as a list', answer({ ...whole, scope: ['chat', 3, 'models'] }), { ...ok, scopes: ['chat', 'models'] }],
  ['empty scopes', answer({ ...whole, scope: '' }), ok],
  ['a byte order mark', { body: `\uFEFF${JSON.stringify(whole)}` }, ok],
  ['no content type', answer(whole, { type: undefined }), ok],
  ['JSON called plain text', answer(whole, { type: 'text/plain; charset=utf-8' }), ok],
  ['JSON of a family', answer(whole, { type: 'application/problem+json' }), ok],
  ['status 201', answer(whole, { status: 201 }), ok],
  ['tokens beside an empty error', answer({ ...whole, error: '' }), ok],
  ['tokens beside a word that nobody asked for', answer({ ...whole, code: 'granted' }), ok],
  ['gzip that was not asked for', compressed('gzip', gzipSync(JSON.stringify(whole))), ok],
  ['deflate', compressed('deflate', deflateSync(JSON.stringify(whole))), ok],
  ['brotli', compressed('br', brotliCompressSync(JSON.stringify(whole))), ok],
  ['identity as an encoding', answer(whole, { headers: { 'content-encoding': 'identity' } }), ok],
];

const failures: readonly (readonly [string, Sent, Refused])[] = [
  ['invalid_grant', refusal('invalid_grant'), dead('invalid_grant')],
  ['invalid_grant under status 401', refusal('invalid_grant', 401), dead('invalid_grant')],
  ['invalid_grant under status 200', refusal('invalid_grant', 200), dead('invalid_grant')],
  ['invalid_grant under status 500', refusal('invalid_grant', 500), dead('invalid_grant')],
  ['a dead grant in an object', refusal({ code: 'invalid_grant', message: 'gone' }), dead('invalid_grant')],
  ['a dead grant as a type', refusal({ type: 'invalid_grant' }), dead('invalid_grant')],
  ['a dead grant as a code beside', { status: 400, body: '{"code":"invalid_refresh_token"}' }, dead('invalid_refresh_token')],
  ['a word of this vendor', refusal('refresh_token_reused'), dead('refresh_token_reused')],
  ['a status of this vendor without a word', { status: 418, body: '{}' }, dead('http_418')],
  ['a status of this vendor on a page of somebody else', html(418), refused],
  ['a status of this vendor with a word about the client', refusal('invalid_client', 418), ours('invalid_client')],
  ['invalid_client', refusal('invalid_client', 401), ours('invalid_client')],
  ['unauthorized_client', refusal('unauthorized_client'), ours('unauthorized_client')],
  ['unsupported_grant_type', refusal('unsupported_grant_type'), ours('unsupported_grant_type')],
  ['invalid_scope', refusal('invalid_scope'), ours('invalid_scope')],
  ['invalid_request', refusal('invalid_request'), ours('invalid_request')],
  ['a client that was deleted', refusal('deleted_client', 401), ours('deleted_client')],
  ['401 without a body', { status: 401, body: '' }, ours('HTTP 401')],
  ['404 with a page', html(404), ours('HTTP 404')],
  ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' }, body: '' }, ours('HTTP 302')],
  ['400 without a body', { status: 400, body: '' }, refused],
  ['400 with a page', html(400), refused],
  ['400 with a sentence as the error', refusal('Your token could not be found!'), refused],
  ['400 with a word that nobody knows', refusal('flux_capacitor_low'), refused],
  ['403 with a word', refusal('access_denied', 403), { code: 'upstream.permission-denied', maySpend: false }],
  ['403 without a word', { status: 403, body: '{}' }, { code: 'upstream.permission-denied', maySpend: false }],
  ['403 with a page of a firewall', html(403), failed],
  [
    '429 with a delay',
    { status: 429, headers: { 'retry-after': '7' }, body: '{}' },
    { code: 'upstream.rate-limited', maySpend: false, retryAfterMs: 7000 },
  ],
  ['429 with a page of a firewall', html(429), { code: 'upstream.rate-limited', maySpend: false }],
  ['slow_down', refusal('slow_down'), { code: 'upstream.rate-limited', maySpend: false }],
  ['500 with a page', html(500), failed],
  ['502 with a page', html(502), failed],
  ['408', { status: 408, body: '' }, failed],
  ['503 with a delay', html(503, { 'retry-after': '2' }), { code: 'upstream.overloaded', maySpend: false, retryAfterMs: 2000 }],
  ['temporarily_unavailable', refusal('temporarily_unavailable'), { code: 'upstream.overloaded', maySpend: false }],
  ['server_error under status 400', refusal('server_error'), failed],
  ['200 with a page', html(200), { code: 'upstream.wrong-content-type', maySpend: true }],
  [
    '200 with a form',
    { type: 'application/x-www-form-urlencoded', body: 'access_token=a' },
    { code: 'upstream.wrong-content-type', maySpend: true },
  ],
  ['200 with half an object', { body: '{"access_token":"new-acc' }, unreadable],
  ['200 without a body', { body: '' }, unreadable],
  ['200 with null', { body: 'null' }, unreadable],
  ['200 with a list', { body: JSON.stringify([whole]) }, unreadable],
  ['200 with the tokens a level deeper', answer({ data: whole }), unreadable],
  ['200 without an access token', answer({ ...whole, access_token: undefined }), unreadable],
  ['200 with an empty access token', answer({ ...whole, access_token: '' }), unreadable],
  ['200 with an access token that breaks a header', answer({ ...whole, access_token: 'a\r\nx-evil: 1' }), unreadable],
  ['200 with a number as access token', answer({ ...whole, access_token: 12 }), unreadable],
  ['204', { status: 204, type: undefined, body: '' }, unreadable],
  ['10 MB', { body: JSON.stringify(whole).padEnd(10_000_000) }, tooLong],
  ['a gzip bomb', compressed('gzip', gzipSync(JSON.stringify(whole).padEnd(16 * 1024 * 1024))), tooLong],
  ['gzip that is none', compressed('gzip', Buffer.from('{}')), unreadable],
  ['an encoding that nobody knows', compressed('zip', Buffer.from('{}')), unreadable],
  [
    'a connection that breaks in a compressed answer',
    { ...compressed('gzip', gzipSync(JSON.stringify(whole))), isCut: true },
    { code: 'upstream.disconnected', maySpend: true },
  ],
  ['a connection that breaks in the answer', answer(whole, { isCut: true }), { code: 'upstream.disconnected', maySpend: true }],
];

function claimed(lifetime: number): Stored {
  return { lifetime, isEstimated: true, ...own({ iat: 1000, exp: 2800 }) };
}

function own(claims: object): Stored {
  return { access: jwt(claims), refresh: 'old-refresh' };
}

describe('answers of a token endpoint', () => {
  const http = httpClient();
  const state: { next: Sent } = { next: {} };
  let server: Server;
  let flow: OAuthFlow;

  beforeAll(async () => {
    server = createServer((_incoming, outgoing) => {
      const { status = 200, headers, body = '', isCut = false } = state.next;
      const type = 'type' in state.next ? state.next.type : 'application/json';
      const length = Buffer.byteLength(body) + (isCut ? 10 : 0);
      outgoing.writeHead(status, {
        ...(type !== undefined && { 'content-type': type }),
        ...headers,
        ...(length > 0 && { 'content-length': length }),
      });
      outgoing.write(body, () => {
        if (isCut) outgoing.destroy();
      });
      if (!isCut) outgoing.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    flow = {
      provider: 'odd',
      authorizeUrl: 'https://odd.example/authorize',
      tokenUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`,
      clientId: 'client',
      clientAuthentication: 'none',
      bodyFormat: 'form',
      scopes: [],
      redirectUri: 'http://127.0.0.1:4000/oauth/callback',
      defaultLifetimeSeconds: 600,
      deadGrantCodes: ['refresh_token_reused'],
      deadGrantStatuses: [418],
    };
  });

  afterAll(async () => {
    await http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const refresh = (sent: Sent, special: Partial<OAuthFlow> = {}): ReturnType<typeof refreshTokens> => {
    state.next = sent;
    return refreshTokens({ ...flow, ...special }, Secret.of('old-refresh'), { http, signal: new AbortController().signal });
  };

  const previous = {
    authType: 'oauth' as const,
    accessToken: Secret.of('old-access'),
    refreshToken: Secret.of('old-refresh'),
    idToken: Secret.of('old-id'),
    tokenType: 'Bearer',
    scopes: ['old-scope'],
    extra: { account: 'kept' },
  };

  it('are sixty and more, so that the next odd one has a row to go to', () => {
    expect(tokens.length + failures.length).toBeGreaterThanOrEqual(60);
    tellFigure(
      'T9',
      `${String(tokens.length)} replies that become tokens, ${String(failures.length)} that are refused, each with its class`,
    );
  });

  it.each(tokens)('become tokens: %s', async (_name, sent, expected) => {
    const before = Date.now();
    const answered = await refresh(sent);
    const after = Date.now();
    const stored = mergeTokens(answered, previous);
    const { lifetime = 600, isEstimated = false } = expected;
    expect({
      access: stored.accessToken.reveal(),
      refresh: stored.refreshToken?.reveal(),
      id: stored.idToken?.reveal(),
      type: stored.tokenType,
      scopes: stored.scopes,
      extra: stored.extra,
      isEstimated: answered.isExpiryEstimated,
      told: answered.lifetimeSeconds,
    }).toEqual({
      access: expected.access ?? 'new-access',
      refresh: expected.refresh ?? 'new-refresh',
      id: expected.id ?? 'old-id',
      type: expected.type ?? 'Bearer',
      scopes: expected.scopes ?? ['old-scope'],
      extra: { account: 'kept' },
      isEstimated,
      told: isEstimated ? undefined : lifetime,
    });
    // Which lifetime was taken; from when exactly it is counted has a test of its own.
    const countedFrom = (stored.expiresAt?.getTime() ?? 0) - lifetime * 1000;
    expect(countedFrom).toBeGreaterThan(before - 60_000);
    expect(countedFrom).toBeLessThanOrEqual(after);
  });

  it.each(failures)('are refused: %s', async (_name, sent, expected) => {
    const error: unknown = await refresh(sent).catch((thrown: unknown) => thrown);
    expect(MaestroError.is(error)).toBe(true);
    expect(error).toMatchObject({
      code: expected.code,
      ...(expected.parameters !== undefined && { parameters: expected.parameters }),
      ...(expected.retryAfterMs !== undefined && { retryAfterMs: expected.retryAfterMs }),
    });
    expect(maySpendToken(error)).toBe(expected.maySpend);
    expect(String(error)).not.toMatch(/new-acc|old-refresh|Just a moment|could not be found/);
  });

  it('count a lifetime from the moment of asking: the issuer began to count somewhere in between', () => {
    const receivedAt = new Date('2026-01-01T00:00:10Z');
    const read = tokenSetFromAnswer(flow, 'refresh', {
      status: 200,
      headers: {},
      text: JSON.stringify(whole),
      receivedAt,
      roundTripMs: 2999.5,
    });
    expect(read.expiresAt).toEqual(new Date('2026-01-01T01:00:07Z'));
  });

  it('keep the access token where a vendor may leave it out', async () => {
    const answered = await refresh(answer({ refresh_token: 'new-refresh' }), { keepsOmittedAccessToken: true });
    const stored = mergeTokens(answered, { ...previous, expiresAt: new Date(5) });
    expect([stored.accessToken.reveal(), stored.refreshToken?.reveal(), stored.expiresAt]).toEqual([
      'old-access',
      'new-refresh',
      new Date(5),
    ]);
  });

  it('of a login have an access token whatever a refresh may leave out', () => {
    const endpoint = { status: 200, headers: {}, text: '{"refresh_token":"r"}', receivedAt: new Date(), roundTripMs: 1 };
    const lenient = { ...flow, keepsOmittedAccessToken: true };
    expect(tokenSetFromAnswer(lenient, 'refresh', endpoint).accessToken.reveal()).toBe('');
    expect(() => tokenSetFromAnswer(lenient, 'login', endpoint)).toThrow('no access token');
  });

  it('give what is no secret to the credential', async () => {
    const answered = await refresh(answer({ ...whole, account: { id: 'acc-1' } }), { extraOf: () => ({ accountId: 'acc-1' }) });
    expect(mergeTokens(answered, previous).extra).toEqual({ account: 'kept', accountId: 'acc-1' });
    expect(mergeTokens(answered, undefined)).toMatchObject({ scopes: [], extra: { accountId: 'acc-1' } });
  });

  it('that do not come in time may have spent the token, unless nothing was sent', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const tokenUrl = `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}/token`;
    const call = { http, signal: new AbortController().signal };
    const late: unknown = await refreshTokens({ ...flow, tokenUrl }, Secret.of('r'), { ...call, timeoutMs: 20 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(late).toMatchObject({ code: 'upstream.timeout' });
    expect(maySpendToken(late)).toBe(true);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
    const nobody: unknown = await refreshTokens({ ...flow, tokenUrl }, Secret.of('r'), call).catch((thrown: unknown) => thrown);
    expect(nobody).toMatchObject({ code: 'upstream.unreachable' });
    expect(maySpendToken(nobody)).toBe(false);
    expect(maySpendToken(new MaestroError('upstream.timeout', { origin: 'o', phase: 'connecting' }))).toBe(false);
    expect(maySpendToken(new Error('a bug of ours'))).toBe(true);
  });
});
