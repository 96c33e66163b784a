import { setTimeout as pause } from 'node:timers/promises';

import type { SimulatedRequest } from '../../contracts/simulator.js';
import type { SimulatedAnswer } from '../../kit/simulator-server.js';
import type { Granted, OAuthErrorCode } from './authorizations.js';
import { AuthorizationCodes, DeviceCodes } from './authorizations.js';
import type { IssuerFault } from './issuer-fault.js';
import { answerOf } from './issuer-fault.js';
import { formIn } from './request-form.js';
import type { IssuerRotation, RefreshOutcome, TokenFamily } from './token-families.js';
import { TokenFamilies } from './token-families.js';

export interface IssuerOptions {
  /** Default: `strict`. */
  readonly rotation?: IssuerRotation;
  /** Of `grace`; default 30. */
  readonly graceSeconds?: number;
  /** Lifetime of an access token; default 3,600. `null`: none is told. */
  readonly accessTokenSeconds?: number | null;
  /** An access token dies when its successor is made; default false. */
  readonly revokesAccessOnRefresh?: boolean;
  /** Between the request and the answer of the token endpoint, half of it before and half after the tokens change; default 0. */
  readonly latencyMs?: number | readonly [from: number, to: number];
  /** The one client; absent: any. */
  readonly clientId?: string;
  /** Asked of the client, in the body or as Basic; absent: none is. */
  readonly clientSecret?: string;
  /** Seconds between two polls of a device; default 1. */
  readonly deviceIntervalSeconds?: number;
  /** Seconds; default 600. */
  readonly deviceLifetimeSeconds?: number;
  /** Default: the system's clock. */
  readonly now?: () => number;
}

/** One request to the token endpoint. */
export interface IssuerCall {
  readonly at: number;
  readonly grantType: string;
  readonly refreshToken?: string;
  readonly family?: string;
  /** `issued` new tokens, `replayed` within the grace, `reused` and thereby lost, refused, or gone wrong as it was told to. */
  readonly outcome: RefreshOutcome['is'] | 'refused' | 'fault';
}

/** What the simulator knows and answers; the server around it is `startIssuer`. */
export class Issuer {
  readonly calls: IssuerCall[] = [];
  readonly faults: IssuerFault[] = [];
  readonly codes = new AuthorizationCodes();
  readonly devices: DeviceCodes;
  readonly families: TokenFamilies;
  baseUrl = '';
  latency: number | readonly [from: number, to: number];
  private readonly now: () => number;

  constructor(private readonly options: IssuerOptions) {
    const { rotation = 'strict', graceSeconds = 30, revokesAccessOnRefresh = false, now = Date.now } = options;
    this.now = now;
    this.latency = options.latencyMs ?? 0;
    this.families = new TokenFamilies({ rotation, graceSeconds, revokesAccessOnRefresh, now });
    this.devices = new DeviceCodes({ seconds: options.deviceLifetimeSeconds ?? 600, now });
  }

  async answerTo(request: SimulatedRequest): Promise<SimulatedAnswer> {
    const { pathname } = new URL(request.path, 'http://issuer');
    const route = `${request.method} ${pathname}`;
    if (route === 'GET /authorize') return redirect(this.sentBack(request.path));
    if (route === 'POST /token') return this.token(formIn(request));
    if (route === 'POST /device') return this.device(formIn(request).get('scope'));
    if (route === 'POST /revoke') return this.revoke(formIn(request).get('token') ?? '');
    if (route === 'GET /whoami') return this.whoami(String(request.headers['authorization']));
    return refusal('invalid_request', 404);
  }

  sentBack(authorizeUrl: string): string {
    const back = this.codes.approve(new URL(authorizeUrl, 'http://issuer'));
    if (back === undefined) throw new Error('the authorization request has no redirect_uri');
    return back.href;
  }

  private async token(form: ReadonlyMap<string, string>): Promise<SimulatedAnswer> {
    const fault = this.faults.shift();
    const delay = this.delay();
    await pause(delay / 2, undefined, { ref: false });
    if (fault?.kind === 'slow') await pause(fault.delayMs ?? 1_000, undefined, { ref: false });
    const failure = fault && answerOf(fault);
    if (failure !== undefined && fault?.afterRotation !== true) {
      this.note(form, { outcome: 'fault' });
      return failure;
    }
    const answer = this.granted(form);
    await pause(delay / 2, undefined, { ref: false });
    return failure ?? answer;
  }

  private granted(form: ReadonlyMap<string, string>): SimulatedAnswer {
    if (!this.isClient(form)) return this.refused(form, 'invalid_client', 401);
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.first(form, this.codes.redeem(form));
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return this.first(form, this.devices.redeem(form.get('device_code') ?? ''));
      case 'refresh_token':
        return this.refreshed(form, this.families.refresh(form.get('refresh_token') ?? ''));
      default:
        return this.refused(form, 'unsupported_grant_type');
    }
  }

  private first(form: ReadonlyMap<string, string>, granted: Granted): SimulatedAnswer {
    if ('error' in granted) return this.refused(form, granted.error);
    const family = this.families.issue(granted.scopes);
    this.note(form, { outcome: 'issued', family: family.id });
    return this.tokens(family, true);
  }

  private refreshed(form: ReadonlyMap<string, string>, outcome: RefreshOutcome): SimulatedAnswer {
    this.note(form, { outcome: outcome.is, ...(outcome.is !== 'unknown' && { family: outcome.family.id }) });
    if (outcome.is !== 'issued' && outcome.is !== 'replayed') return refusal('invalid_grant');
    return this.tokens(outcome.family, this.options.rotation !== 'none');
  }

  private refused(form: ReadonlyMap<string, string>, error: OAuthErrorCode, status = 400): SimulatedAnswer {
    this.note(form, { outcome: 'refused' });
    return refusal(error, status);
  }

  /** An issuer that does not rotate tells its refresh token once. */
  private tokens({ accessToken, refreshToken, scopes }: TokenFamily, withRefreshToken: boolean): SimulatedAnswer {
    const { accessTokenSeconds = 3_600 } = this.options;
    const body = {
      access_token: accessToken,
      ...(withRefreshToken && { refresh_token: refreshToken }),
      token_type: 'Bearer',
      ...(accessTokenSeconds !== null && { expires_in: accessTokenSeconds }),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    };
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(body) };
  }

  private device(scope: string | undefined): SimulatedAnswer {
    const { deviceCode, userCode } = this.devices.begin(scope);
    const body = {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: `${this.baseUrl}/activate`,
      expires_in: this.options.deviceLifetimeSeconds ?? 600,
      interval: this.options.deviceIntervalSeconds ?? 1,
    };
    return { status: 200, body: JSON.stringify(body) };
  }

  private revoke(token: string): SimulatedAnswer {
    this.families.revoke(token);
    return { status: 200, body: '' };
  }

  private whoami(authorization: string): SimulatedAnswer {
    const isLive = this.families.accepts(authorization.replace(/^Bearer /, ''));
    return isLive ? { status: 200, body: '{"active":true}' } : { status: 401, body: '{"error":"invalid_token"}' };
  }

  private isClient(form: ReadonlyMap<string, string>): boolean {
    const { clientId, clientSecret } = this.options;
    if (clientId !== undefined && form.get('client_id') !== clientId) return false;
    return clientSecret === undefined || form.get('client_secret') === clientSecret;
  }

  private note(form: ReadonlyMap<string, string>, what: Pick<IssuerCall, 'outcome' | 'family'>): void {
    const refreshToken = form.get('refresh_token');
    const call = { at: this.now(), grantType: form.get('grant_type') ?? '', ...(refreshToken !== undefined && { refreshToken }) };
    this.calls.push({ ...call, ...what });
  }

  private delay(): number {
    if (typeof this.latency === 'number') return this.latency;
    const [from, to] = this.latency;
    return from + Math.random() * (to - from);
  }
}

function redirect(location: string): SimulatedAnswer {
  return { status: 302, headers: { location }, body: '' };
}

function refusal(error: OAuthErrorCode, status = 400): SimulatedAnswer {
  return { status, headers: { 'cache-control': 'no-store' }, body: JSON.stringify({ error, error_description: 'as it was simulated' }) };
}
