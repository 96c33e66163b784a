import { Secret } from '../../contracts/secret.js';
import type { ExpectedAnswer } from './pasted-code.js';
import { codeOf, parsePastedCode } from './pasted-code.js';

const read = (pasted: string): object => {
  const { code, state, ...others } = parsePastedCode(Secret.of(pasted));
  return { ...others, ...(code && { code: code.reveal() }), ...(state && { state: state.reveal() }) };
};

describe('what a person pastes', () => {
  it.each([
    ['ac_123', { code: 'ac_123' }],
    ['  4/0AbCd-e_f\n', { code: '4/0AbCd-e_f' }],
    ['ac_123#st_456', { code: 'ac_123', state: 'st_456' }],
    ['ac_123#', { code: 'ac_123' }],
    ['#st_456', { state: 'st_456' }],
    ['', {}],
    [
      'http://127.0.0.1:4000/oauth/callback?code=a%2Fb&state=s',
      { code: 'a/b', state: 's', address: 'http://127.0.0.1:4000/oauth/callback' },
    ],
    [
      'HTTPS://gw.example/cb?code=a&state=s&iss=https%3A%2F%2Fid.example',
      { code: 'a', state: 's', issuer: 'https://id.example', address: 'https://gw.example/cb' },
    ],
    ['https://gw.example/cb#code=a&state=s', { code: 'a', state: 's', address: 'https://gw.example/cb' }],
    ['https://gw.example/cb?error=access_denied&state=s', { error: 'access_denied', state: 's', address: 'https://gw.example/cb' }],
    ['https://gw.example/cb?code=a&code=b&state=s', { address: 'https://gw.example/cb' }],
    ['https://gw.example/cb?code=a&state=s&error=x&error=y', { address: 'https://gw.example/cb' }],
    ['https://gw.example/cb?code=a&state=s&iss=x#iss=y', { address: 'https://gw.example/cb' }],
    ['https://', {}],
  ])('is read: %s', (pasted, expected) => {
    expect(read(pasted)).toEqual(expected);
  });
});

describe('the code of a login', () => {
  const expected: ExpectedAnswer = {
    provider: 'acme',
    state: Secret.of('the-state'),
    redirectUri: 'http://127.0.0.1:4000/oauth/callback',
    issuer: 'https://id.example',
  };
  const back = 'http://127.0.0.1:4000/oauth/callback';

  it.each([
    'the-code',
    'the-code#the-state',
    `${back}?code=the-code&state=the-state`,
    `${back}?code=the-code&state=the-state&iss=https%3A%2F%2Fid.example`,
  ])('is taken from %s', (pasted) => {
    expect(codeOf(parsePastedCode(Secret.of(pasted)), expected).reveal()).toBe('the-code');
  });

  it.each([
    ['the-code#another-state', 'state_mismatch'],
    ['the-code#the-stat3', 'state_mismatch'],
    [`${back}?code=the-code`, 'state_missing'],
    [`${back}?error=access_denied&state=another`, 'state_mismatch'],
    [`${back}?error=access_denied&state=the-state`, 'access_denied'],
    [`${back}?error=%3Cscript%3E&state=the-state`, 'unreadable_error'],
    [`${back}/more?code=the-code&state=the-state`, 'redirect_mismatch'],
    ['http://localhost:4000/oauth/callback?code=the-code&state=the-state', 'redirect_mismatch'],
    [`${back}?code=the-code&state=the-state&iss=https%3A%2F%2Felsewhere.example`, 'issuer_mismatch'],
    [`${back}?code=the-code&state=the-state&iss=https%3A%2F%2Fid.example&iss=https%3A%2F%2Felsewhere.example`, 'state_missing'],
    [`${back}?state=the-state`, 'code_missing'],
    ['', 'code_missing'],
  ])('is not taken from %s', (pasted, reason) => {
    expect(thrownBy(() => codeOf(parsePastedCode(Secret.of(pasted)), expected))).toMatchObject({
      code: 'login.rejected',
      parameters: { provider: 'acme', reason },
    });
  });

  it('is not asked for its issuer where none is known', () => {
    const { issuer: _, ...unknown } = expected;
    const answer = parsePastedCode(Secret.of(`${back}?code=the-code&state=the-state&iss=https%3A%2F%2Felsewhere.example`));
    expect(codeOf(answer, unknown).reveal()).toBe('the-code');
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
