import type { SimulatedRequest } from '../../contracts/simulator.js';
import type { SimulatedAnswer } from '../simulator-server.js';
import { SimulatedLogin } from './simulated-login.js';

/** It stands in for vendors, so what it refuses matters as much as what it grants. */
describe('a simulated login', () => {
  const login = new SimulatedLogin({
    clientId: 'client',
    clientSecret: 'secret',
    rotates: true,
    lifetimeSeconds: 60,
    needsStateInExchange: true,
  });
  const request = (method: string, path: string, body = '', headers: SimulatedRequest['headers'] = {}): SimulatedRequest => ({
    method,
    path,
    body,
    headers,
    isAborted: false,
  });
  const authorise = (query: Readonly<Record<string, string>>): SimulatedAnswer | undefined =>
    login.answerTo(request('GET', `/oauth/authorize?${new URLSearchParams(query).toString()}`));
  const token = (fields: Readonly<Record<string, string>>): SimulatedAnswer | undefined =>
    login.answerTo(request('POST', '/oauth/token', new URLSearchParams(fields).toString()));
  const whole = {
    client_id: 'client',
    redirect_uri: 'http://127.0.0.1:4000/back',
    response_type: 'code',
    state: 'st',
    // Of the empty verifier.
    code_challenge: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    code_challenge_method: 'S256',
  };
  const client = { client_id: 'client', client_secret: 'secret' };

  it('leaves everything else to its provider', () => {
    expect(login.answerTo(request('GET', '/v1/models'))).toBeUndefined();
  });

  it.each([
    { client_id: 'other' },
    { redirect_uri: '/back' },
    { response_type: 'token' },
    { state: '' },
    { code_challenge: '' },
    { code_challenge_method: 'plain' },
  ])('asks nobody about %j', (wrong) => {
    expect(authorise({ ...whole, ...wrong })).toMatchObject({ status: 400 });
    expect(authorise({})).toMatchObject({ status: 400 });
  });

  const codeFor = (): string => new URL(authorise(whole)?.headers?.['location'] ?? '').searchParams.get('code') ?? '';
  const exchange = { ...client, grant_type: 'authorization_code', redirect_uri: whole.redirect_uri, state: 'st', code_verifier: '' };

  it('trades a code once, for its own client, verifier, redirect and state', () => {
    const code = codeFor();
    expect(token({ ...exchange, code })).toMatchObject({ status: 200 });
    expect(token({ ...exchange, code })).toMatchObject({ body: '{"error":"invalid_grant"}' });
    const { code_verifier: _, ...withoutVerifier } = exchange;
    expect(token({ ...withoutVerifier, code: codeFor() })).toMatchObject({ status: 200 });
    expect(token({ ...exchange, code: codeFor(), code_verifier: 'x' })).toMatchObject({ body: '{"error":"invalid_grant"}' });
    expect(token({ ...exchange, code: codeFor(), redirect_uri: 'http://127.0.0.1:4001/back' })).toMatchObject({
      body: '{"error":"invalid_grant"}',
    });
    expect(token({ ...exchange, code: codeFor(), state: 'other' })).toMatchObject({ body: '{"error":"invalid_request"}' });
    expect(token({ ...exchange, code: codeFor(), client_secret: 'other' })).toMatchObject({ status: 401 });
  });

  it('refuses other grants, and tokens that it never made', () => {
    expect(token({ ...client, grant_type: 'password' })).toMatchObject({ body: '{"error":"unsupported_grant_type"}' });
    expect(token({ ...client })).toMatchObject({ body: '{"error":"unsupported_grant_type"}' });
    expect(token({ ...client, grant_type: 'refresh_token' })).toMatchObject({ body: '{"error":"invalid_grant"}' });
    expect(login.answerTo(request('POST', '/oauth/revoke', ''))).toMatchObject({ status: 200 });
    expect(login.accepts(request('GET', '/', '', { authorization: 'Bearer never-made' }))).toBe(false);
    expect(login.accepts(request('GET', '/'))).toBe(false);
  });
});
