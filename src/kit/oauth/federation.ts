import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge, TokenSet } from '../../contracts/tokens.js';

/** Identity tokens have a few thousand bytes; token endpoints take no more than this. */
const longestToken = 16 * 1024;

/** A login that needs no person and no browser: there is nothing to keep until it is finished. */
export function federationChallenge(): AuthorizationChallenge {
  return { authUrl: '', pkceParams: { state: Secret.of(''), codeVerifier: Secret.of(''), redirectUri: '', method: 'federation' } };
}

/**
 * The identity token that the platform keeps in a file, read anew each time: platforms replace it long before it expires.
 *
 * @param setting that names the file
 * @throws MaestroError `login.not-configured`
 */
export async function identityTokenFrom(provider: string, settings: ProviderSettings, setting: string): Promise<Secret> {
  const path = settings.text(setting);
  const notConfigured = (what: string, cause?: unknown): MaestroError =>
    new MaestroError('login.not-configured', { provider, setting: `${environmentNameOf(provider, setting)}${what}` }, { cause });
  if (path === undefined) throw notConfigured('');
  const text = await startOf(path).catch((error: unknown) => {
    throw notConfigured(' to a file that can be read', error);
  });
  const token = text.trim();
  if (token === '' || text.length > longestToken) throw notConfigured(' to a file that holds one identity token');
  return Secret.of(token);
}

/** As much as an identity token may have and one byte more, of whatever file it is. */
async function startOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(longestToken + 1) });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

const mark = 'urn:maestro:federation:';

/**
 * A federated grant has no refresh token: the identity token takes its place. What is kept under that name says so, and is
 * another one each time, as a rotating refresh token is.
 */
export function federated(tokens: TokenSet): TokenSet {
  return { ...tokens, refreshToken: Secret.of(`${mark}${randomUUID()}`) };
}

export function isFederated(refreshToken: Secret): boolean {
  return refreshToken.reveal().startsWith(mark);
}

/** What the platform's token is refused for today it may be taken for tomorrow: no session ends for it. */
export async function refederated(provider: string, exchange: () => Promise<TokenSet>): Promise<TokenSet> {
  try {
    return await exchange();
  } catch (error) {
    if (!MaestroError.is(error) || error.code !== 'login.rejected') throw error;
    const reason = error.upstream?.code ?? 'invalid_grant';
    throw new MaestroError('upstream.permission-denied', { provider, reason }, { cause: error });
  }
}
