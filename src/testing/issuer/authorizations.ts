import { createHash, randomBytes, randomInt } from 'node:crypto';

/** What the person allowed, until the code for it is traded in. */
interface Authorization {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge?: string;
  readonly scopes: readonly string[];
}

/** An OAuth error code (RFC 6749, sections 4.1.2.1 and 5.2; RFC 8628, section 3.5). */
export type OAuthErrorCode =
  | 'access_denied'
  | 'authorization_pending'
  | 'expired_token'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_request'
  | 'slow_down'
  | 'unsupported_grant_type';

export type Granted = { readonly scopes: readonly string[] } | { readonly error: OAuthErrorCode };

/** The code half of the flow: each code is good for one try, with the verifier that its challenge was made of. */
export class AuthorizationCodes {
  readonly #open = new Map<string, Authorization>();

  /** Where the browser is sent when the person says yes. `undefined`: there is no address to send it to. */
  approve(authorizeUrl: URL): URL | undefined {
    const query = authorizeUrl.searchParams;
    const redirectUri = query.get('redirect_uri');
    if (redirectUri === null || !URL.canParse(redirectUri)) return undefined;
    const back = withState(redirectUri, query.get('state'));
    const challenge = query.get('code_challenge');
    if (query.get('response_type') !== 'code' || (challenge !== null && query.get('code_challenge_method') !== 'S256')) {
      back.searchParams.set('error', 'invalid_request');
      return back;
    }
    const code = randomBytes(16).toString('base64url');
    this.#open.set(code, {
      clientId: query.get('client_id') ?? '',
      redirectUri,
      ...(challenge !== null && { challenge }),
      scopes: scopesIn(query.get('scope')),
    });
    back.searchParams.set('code', code);
    return back;
  }

  /** Where the browser is sent when the person says no. */
  deny(authorizeUrl: URL): URL {
    const back = withState(authorizeUrl.searchParams.get('redirect_uri') ?? '', authorizeUrl.searchParams.get('state'));
    back.searchParams.set('error', 'access_denied');
    return back;
  }

  redeem(form: ReadonlyMap<string, string>): Granted {
    const code = form.get('code');
    const authorization = this.#open.get(code ?? '');
    if (code === undefined) return { error: 'invalid_request' };
    this.#open.delete(code);
    const isMine =
      authorization !== undefined &&
      authorization.clientId === form.get('client_id') &&
      authorization.redirectUri === form.get('redirect_uri') &&
      (authorization.challenge === undefined || authorization.challenge === challengeOf(form.get('code_verifier') ?? ''));
    return isMine ? { scopes: authorization.scopes } : { error: 'invalid_grant' };
  }
}

interface Device {
  readonly userCode: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
  decision?: 'approved' | 'denied';
}

/** The device half (RFC 8628): the person types a short code elsewhere while the device asks again and again. */
export class DeviceCodes {
  readonly #open = new Map<string, Device>();

  constructor(private readonly options: { readonly seconds: number; readonly now: () => number }) {}

  begin(scope: string | undefined): { readonly deviceCode: string; readonly userCode: string } {
    const deviceCode = randomBytes(24).toString('base64url');
    const userCode = `SIM-${String(randomInt(1_000, 10_000))}`;
    this.#open.set(deviceCode, {
      userCode,
      scopes: scopesIn(scope ?? null),
      expiresAt: this.options.now() + this.options.seconds * 1_000,
    });
    return { deviceCode, userCode };
  }

  /** False: nobody waits with this code. */
  decide(userCode: string, decision: 'approved' | 'denied'): boolean {
    const device = [...this.#open.values()].find((waiting) => waiting.userCode === userCode);
    if (device === undefined) return false;
    device.decision = decision;
    return true;
  }

  redeem(deviceCode: string): Granted {
    const device = this.#open.get(deviceCode);
    if (device === undefined) return { error: 'invalid_grant' };
    if (device.expiresAt <= this.options.now()) return { error: 'expired_token' };
    if (device.decision === undefined) return { error: 'authorization_pending' };
    this.#open.delete(deviceCode);
    return device.decision === 'approved' ? { scopes: device.scopes } : { error: 'access_denied' };
  }
}

function withState(redirectUri: string, state: string | null): URL {
  const back = new URL(redirectUri);
  if (state !== null) back.searchParams.set('state', state);
  return back;
}

function scopesIn(scope: string | null): readonly string[] {
  return (scope ?? '').split(' ').filter((part) => part !== '');
}

/** RFC 7636, section 4.2. */
function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url');
}
