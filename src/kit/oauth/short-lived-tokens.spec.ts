import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { TokenSet } from '../../contracts/tokens.js';
import { ShortLivedTokens } from './short-lived-tokens.js';

const credential = Secret.of('a-lasting-secret');

function tokenSet(token: string, expiresAt?: Date): TokenSet {
  return { accessToken: Secret.of(token), tokenType: 'Bearer', isExpiryEstimated: false, extra: {}, ...(expiresAt && { expiresAt }) };
}

describe('short-lived tokens', () => {
  let clock = 0;
  let trades = 0;
  const trade = async (): Promise<TokenSet> => {
    trades += 1;
    return Promise.resolve(tokenSet(`token-${String(trades)}`, new Date(clock + 3_600_000)));
  };
  const textOf = async (tokens: ShortLivedTokens, of = credential): Promise<string> => (await tokens.of('acme', of, trade)).reveal();

  beforeEach(() => {
    clock = 1_000_000;
    trades = 0;
  });

  it('are traded once for all who wait', async () => {
    const tokens = new ShortLivedTokens(() => clock);
    expect(await Promise.all([textOf(tokens), textOf(tokens), textOf(tokens)])).toEqual(['token-1', 'token-1', 'token-1']);
    expect(trades).toBe(1);
  });

  it('serve until a minute before they end', async () => {
    const tokens = new ShortLivedTokens(() => clock);
    await textOf(tokens);
    clock += 3_600_000 - 60_001;
    expect(await textOf(tokens)).toBe('token-1');
    clock += 2;
    expect(await textOf(tokens)).toBe('token-2');
  });

  it('belong to one credential each', async () => {
    const tokens = new ShortLivedTokens(() => clock);
    expect(await textOf(tokens)).not.toBe(await textOf(tokens, Secret.of('another')));
  });

  it('are not kept where nobody said how long they live', async () => {
    const tokens = new ShortLivedTokens(() => clock);
    const endless = (): Promise<TokenSet> => Promise.resolve(tokenSet(`token-${String((trades += 1))}`));
    await tokens.of('acme', credential, endless);
    expect((await tokens.of('acme', credential, endless)).reveal()).toBe('token-2');
  });

  it.each(['login.rejected', 'oauth.misconfigured'] as const)('say after %s that the session’s credential was refused', async (code) => {
    const tokens = new ShortLivedTokens(() => clock);
    const refusal =
      code === 'login.rejected'
        ? new MaestroError(code, { provider: 'acme', reason: 'invalid_grant' }, { upstream: { status: 400 } })
        : new MaestroError(code, { provider: 'acme', problem: 'invalid_client' }, { upstream: { status: 401 } });
    const both = [tokens.of('acme', credential, () => Promise.reject(refusal)), tokens.of('acme', credential, trade)];
    for (const waiting of both) await expect(waiting).rejects.toMatchObject({ code: 'session.credential-rejected', cause: refusal });
  });

  it('are asked for again after a failure, which is told as it was', async () => {
    const tokens = new ShortLivedTokens(() => clock);
    const away = new MaestroError('upstream.unreachable', { origin: 'https://issuer.example', reason: 'ECONNREFUSED' });
    await expect(tokens.of('acme', credential, () => Promise.reject(away))).rejects.toBe(away);
    expect(await textOf(tokens)).toBe('token-1');
  });

  it('are held for a thousand credentials and no more', async () => {
    const tokens = new ShortLivedTokens(() => clock);
    await textOf(tokens);
    for (let other = 0; other < 1000; other += 1) await textOf(tokens, Secret.of(`other-${String(other)}`));
    const before = trades;
    await textOf(tokens, Secret.of('other-999'));
    expect(trades).toBe(before);
    await textOf(tokens);
    expect(trades).toBe(before + 1);
  });
});
