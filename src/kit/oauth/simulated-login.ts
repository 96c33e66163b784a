import { createHash } from 'node:crypto';

import type { JsonObject } from '../../contracts/chat.js';
import type { SimulatedRequest } from '../../contracts/simulator.js';
import { isRecord, jsonFrom } from '../read-body.js';
import type { SimulatedAnswer } from '../simulator-server.js';

/** The login of a provider's simulator. Whoever opens its authorisation page agrees at once. */
export interface SimulatedLoginOptions {
  readonly clientId: string;
  /** Absent: a public client. */
  readonly clientSecret?: string;
  /** A used refresh token is dead, and takes the grant along when it comes again. */
  readonly rotates: boolean;
  readonly lifetimeSeconds: number;
  readonly needsStateInExchange?: boolean;
  /** Joined to each token answer. */
  readonly extra?: JsonObject;
  /** Other grants that end in an access token; false refuses. */
  readonly otherGrants?: Readonly<Record<string, (fields: Readonly<Record<string, string>>) => boolean>>;
}

interface Grant {
  isAlive: boolean;
  access: string;
  refresh: string;
}

interface Code {
  readonly challenge: string;
  readonly redirectUri: string;
  readonly state: string;
}

/** Serves `/oauth/authorize`, `/oauth/token` and `/oauth/revoke`. */
export class SimulatedLogin {
  private readonly codes = new Map<string, Code>();
  private readonly grantOf = new Map<string, Grant>();
  private made = 0;

  constructor(private readonly options: SimulatedLoginOptions) {}

  /** `undefined` for what is no part of a login. */
  answerTo(request: SimulatedRequest): SimulatedAnswer | undefined {
    const { pathname, searchParams } = new URL(request.path, 'http://simulator');
    const route = `${request.method} ${pathname}`;
    if (route === 'GET /oauth/authorize') return this.authorise(Object.fromEntries(searchParams));
    if (route === 'POST /oauth/token') return this.token(fieldsOf(request.body));
    if (route === 'POST /oauth/revoke') return this.revoke(fieldsOf(request.body));
    return undefined;
  }

  /** Whether the request carries an access token that is still good. */
  accepts({ headers }: SimulatedRequest): boolean {
    const header = headers['authorization'];
    const token = typeof header === 'string' && header.startsWith('Bearer ') ? header.slice(7) : '';
    const grant = this.grantOf.get(token);
    return grant?.isAlive === true && grant.access === token;
  }

  private authorise(query: Readonly<Record<string, string>>): SimulatedAnswer {
    const { client_id: clientId, redirect_uri: redirectUri = '', state = '', code_challenge: challenge = '' } = query;
    const isWhole = query['response_type'] === 'code' && query['code_challenge_method'] === 'S256' && challenge !== '' && state !== '';
    if (clientId !== this.options.clientId || !isWhole || !URL.canParse(redirectUri)) return refusal('invalid_request');
    const code = `sim-code-${String((this.made += 1))}`;
    this.codes.set(code, { challenge, redirectUri, state });
    const back = new URL(redirectUri);
    // A page of the vendor's own: nobody listens there, the person copies what it shows.
    if (back.protocol === 'https:') return { status: 200, headers: { 'content-type': 'text/html' }, body: `<code>${code}#${state}</code>` };
    back.searchParams.set('code', code);
    back.searchParams.set('state', state);
    return { status: 302, headers: { location: back.href }, body: '' };
  }

  private token(fields: Readonly<Record<string, string>>): SimulatedAnswer {
    const other = this.options.otherGrants?.[fields['grant_type'] ?? ''];
    if (other !== undefined) return other(fields) ? this.issued(this.next(), false) : refusal('invalid_grant');
    const { clientId, clientSecret } = this.options;
    if (fields['client_id'] !== clientId || fields['client_secret'] !== clientSecret) return refusal('invalid_client', 401);
    if (fields['grant_type'] === 'authorization_code') return this.exchange(fields);
    return fields['grant_type'] === 'refresh_token' ? this.refresh(fields['refresh_token'] ?? '') : refusal('unsupported_grant_type');
  }

  private exchange(fields: Readonly<Record<string, string>>): SimulatedAnswer {
    const code = this.codes.get(fields['code'] ?? '');
    this.codes.delete(fields['code'] ?? '');
    const hash = createHash('sha256')
      .update(fields['code_verifier'] ?? '')
      .digest('base64url');
    const isOurs = code?.challenge === hash && code.redirectUri === fields['redirect_uri'];
    if (code === undefined || !isOurs) return refusal('invalid_grant');
    if (this.options.needsStateInExchange === true && fields['state'] !== code.state) return refusal('invalid_request');
    return this.issued(this.next());
  }

  private refresh(token: string): SimulatedAnswer {
    const grant = this.grantOf.get(token);
    if (grant?.isAlive !== true) return refusal('invalid_grant');
    if (grant.refresh !== token) {
      grant.isAlive = false;
      return refusal('invalid_grant');
    }
    const { access, refresh } = this.next();
    grant.access = access;
    this.grantOf.set(access, grant);
    if (!this.options.rotates) return this.issued(grant, false);
    grant.refresh = refresh;
    return this.issued(grant);
  }

  private revoke({ token = '' }: Readonly<Record<string, string>>): SimulatedAnswer {
    const grant = this.grantOf.get(token);
    if (grant !== undefined) grant.isAlive = false;
    return { status: 200, body: '{}' };
  }

  private next(): Grant {
    const number = String((this.made += 1));
    return { isAlive: true, access: `sim-access-${number}`, refresh: `sim-refresh-${number}` };
  }

  private issued(grant: Grant, hasRefreshToken = true): SimulatedAnswer {
    this.grantOf.set(grant.access, grant);
    if (hasRefreshToken) this.grantOf.set(grant.refresh, grant);
    const body = {
      access_token: grant.access,
      token_type: 'Bearer',
      expires_in: this.options.lifetimeSeconds,
      ...(hasRefreshToken && { refresh_token: grant.refresh }),
      ...this.options.extra,
    };
    return { status: 200, body: JSON.stringify(body) };
  }
}

/** Of a form or of JSON. */
function fieldsOf(body: string): Readonly<Record<string, string>> {
  const json = jsonFrom(body);
  if (!isRecord(json)) return Object.fromEntries(new URLSearchParams(body));
  return Object.fromEntries(Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function refusal(error: string, status = 400): SimulatedAnswer {
  return { status, body: JSON.stringify({ error }) };
}
