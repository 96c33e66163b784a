import { createHash } from 'node:crypto';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Secret } from '../../contracts/secret.js';
import type { TokenSet } from '../../contracts/tokens.js';

interface Held {
  readonly token: Promise<Secret>;
  /** Milliseconds since 1970; without end while the token is being fetched. */
  usableUntil: number;
}

/** A token that is sent with its last breath is dead when it arrives, and so are clocks that differ. */
const reserveMs = 60_000;

/** Credentials whose tokens are held; the one that was asked for longest ago goes. */
const mostHeld = 1000;

/**
 * The tokens that lasting credentials of services (a key file, a client's secret) are traded for. They live for an hour, can be
 * had again at any time and replace nobody's: so they stay in this process's memory and nothing of them is stored.
 */
export class ShortLivedTokens {
  private readonly held = new Map<string, Held>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * One trade at a time for each credential, whoever waits for it; a failed one is forgotten.
   *
   * @param credential only a digest of it is kept
   * @throws MaestroError `session.credential-rejected` where the issuer refuses the credential, and upstream errors
   */
  async of(provider: string, credential: Secret, trade: () => Promise<TokenSet>): Promise<Secret> {
    const key = createHash('sha256').update(credential.reveal()).digest('base64');
    const known = this.held.get(key);
    if (known !== undefined && known.usableUntil > this.now()) return known.token;
    const held: Held = { token: this.traded(provider, key, trade), usableUntil: Number.POSITIVE_INFINITY };
    this.hold(key, held);
    return held.token;
  }

  private async traded(provider: string, key: string, trade: () => Promise<TokenSet>): Promise<Secret> {
    try {
      const { accessToken, expiresAt } = await trade();
      const held = this.held.get(key);
      if (held !== undefined) held.usableUntil = (expiresAt?.getTime() ?? this.now()) - reserveMs;
      return accessToken;
    } catch (error) {
      this.held.delete(key);
      throw refusedCredential(provider, error);
    }
  }

  private hold(key: string, held: Held): void {
    this.held.delete(key);
    this.held.set(key, held);
    const [oldest] = this.held.keys();
    if (this.held.size > mostHeld && oldest !== undefined) this.held.delete(oldest);
  }
}

/** The client is the credential here: what is wrong with it is wrong with the session. */
function refusedCredential(provider: string, error: unknown): unknown {
  if (!MaestroError.is(error) || (error.code !== 'login.rejected' && error.code !== 'oauth.misconfigured')) return error;
  const { upstream } = error;
  return new MaestroError(
    'session.credential-rejected',
    { provider, status: upstream?.status ?? 400 },
    { cause: error, ...(upstream !== undefined && { upstream }) },
  );
}
