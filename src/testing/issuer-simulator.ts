import { startSimulatorServer } from '../kit/simulator-server.js';
import type { IssuerCall, IssuerOptions } from './issuer/issuer.js';
import { Issuer } from './issuer/issuer.js';
import type { IssuerFault } from './issuer/issuer-fault.js';
import type { TokenFamily } from './issuer/token-families.js';

/** An issuer that runs: what a test sets, and what it asks afterwards. */
export interface RunningIssuer {
  readonly baseUrl: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly deviceUrl: string;
  readonly revokeUrl: string;
  readonly calls: readonly IssuerCall[];
  readonly families: readonly TokenFamily[];
  /** Ended because a used refresh token came again. */
  readonly familiesLost: readonly string[];
  /** Whether one of its access tokens would still be taken. */
  accepts(accessToken: string): boolean;
  callsOf(refreshToken: string): number;
  currentTokenOf(family: string): string | undefined;
  familyOf(refreshToken: string): string | undefined;
  /** Tokens without a login. */
  issue(scopes?: readonly string[]): TokenFamily;
  /** As the person whose browser opened that address: where it is sent. @throws Error where it is sent nowhere */
  approve(authorizeUrl: string): string;
  deny(authorizeUrl: string): string;
  /** False: nobody waits with this code. */
  decideDevice(userCode: string, decision: 'approved' | 'denied'): boolean;
  /** What the token endpoint does to the next requests, before it does well again. */
  failNext(fault: IssuerFault, times?: number): void;
  /** Milliseconds; as the option. */
  setLatency(latency: number | readonly [from: number, to: number]): void;
  close(): Promise<void>;
}

/**
 * An OAuth 2.0 issuer on loopback: authorization code with PKCE (S256 only), device flow, refresh and revocation, by form or JSON.
 * It counts the calls of each refresh token and takes reuse as ill as it is told to.
 */
export async function startIssuer(options: IssuerOptions = {}): Promise<RunningIssuer> {
  const issuer = new Issuer(options);
  const server = await startSimulatorServer((request) => issuer.answerTo(request));
  const { baseUrl } = server;
  issuer.baseUrl = baseUrl;
  return {
    baseUrl,
    authorizeUrl: `${baseUrl}/authorize`,
    tokenUrl: `${baseUrl}/token`,
    deviceUrl: `${baseUrl}/device`,
    revokeUrl: `${baseUrl}/revoke`,
    calls: issuer.calls,
    get families() {
      return issuer.families.all;
    },
    get familiesLost() {
      return issuer.families.all.filter(({ state }) => state === 'lost').map(({ id }) => id);
    },
    accepts: (accessToken) => issuer.families.accepts(accessToken),
    callsOf: (refreshToken) => issuer.calls.filter((call) => call.refreshToken === refreshToken).length,
    currentTokenOf: (family) => issuer.families.find(family)?.refreshToken,
    familyOf: (refreshToken) => issuer.families.familyOf(refreshToken)?.id,
    issue: (scopes = []) => issuer.families.issue(scopes),
    approve: (authorizeUrl) => issuer.sentBack(authorizeUrl),
    deny: (authorizeUrl) => issuer.codes.deny(new URL(authorizeUrl)).href,
    decideDevice: (userCode, decision) => issuer.devices.decide(userCode, decision),
    failNext(fault, times = 1) {
      for (let count = 0; count < times; count += 1) issuer.faults.push(fault);
    },
    setLatency(latency) {
      issuer.latency = latency;
    },
    close: () => server.close(),
  };
}
