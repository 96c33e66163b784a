import { createHash } from 'node:crypto';

import type { SimulatedRequest } from '../../../contracts/simulator.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { textIn } from '../../../kit/json-fields.js';
import { SimulatedLogin } from '../../../kit/oauth/simulated-login.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { failure } from '../../../families/openai-chat/testing/simulated-failures.js';

export const simulatedAccountId = 'acc-simulated';

const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

const clientId = 'simulated-client';

/** Signed by nobody. */
function idToken(): string {
  const account = { chatgpt_account_id: simulatedAccountId, chatgpt_plan_type: 'plus' };
  const claims = { sub: 'user-simulated', 'https://api.openai.com/auth': account };
  return [{ alg: 'none' }, claims, {}].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

/** A device that waits to be approved, and the code that it gets then. */
interface Device {
  readonly userCode: string;
  isApproved: boolean;
}

/**
 * The vendor's accounts: logins by code and by device, keys and federated tokens in exchange for other tokens, its own words for
 * dead refresh tokens. Whoever opens a page of theirs agrees at once.
 */
export class SimulatedAccounts {
  private readonly login = new SimulatedLogin({
    clientId,
    rotates: true,
    lifetimeSeconds: 864_000,
    extra: { id_token: idToken() },
    otherGrants: { [tokenExchange]: isExchangeable },
  });
  private readonly devices = new Map<string, Device>();
  /** Tokens that the API itself takes; of all others only ChatGPT's backend does. */
  private readonly forApi = new Set<string>();

  /** `undefined` for what is no part of a login. */
  answerTo(incoming: SimulatedRequest): SimulatedAnswer | undefined {
    const request = { ...incoming, path: incoming.path.replace(/^\/v1\/oauth\//, '/oauth/') };
    const route = `${request.method} ${request.path}`;
    if (route === 'POST /api/accounts/deviceauth/usercode') return this.newDevice();
    if (route === 'POST /api/accounts/deviceauth/token') return this.polled(request);
    if (route === 'GET /codex/device') return this.approved();
    const answer = this.login.answerTo(request);
    if (answer === undefined || route !== 'POST /oauth/token') return answer;
    const fields = fieldsOf(request.body);
    return fields['grant_type'] === 'refresh_token' && isRefusal(answer, 'invalid_grant') ? reused() : this.noted(answer, fields);
  }

  acceptsForApi(request: SimulatedRequest): boolean {
    return this.login.accepts(request) && this.forApi.has(bearerOf(request));
  }

  acceptsForChatGpt(request: SimulatedRequest): boolean {
    return this.login.accepts(request) && !this.forApi.has(bearerOf(request));
  }

  private noted(answer: SimulatedAnswer, fields: JsonRecord): SimulatedAnswer {
    const token = textIn(recordFrom(answer.body), 'access_token');
    if (token !== undefined && (fields['grant_type'] === tokenExchange || fields['resource'] !== undefined)) this.forApi.add(token);
    return answer;
  }

  private newDevice(): SimulatedAnswer {
    const number = String(this.devices.size + 1);
    const userCode = `SIMU-${number.padStart(5, '0')}`;
    this.devices.set(`device-${number}`, { userCode, isApproved: false });
    return json({ device_auth_id: `device-${number}`, user_code: userCode, interval: '5' });
  }

  private approved(): SimulatedAnswer {
    for (const device of this.devices.values()) device.isApproved = true;
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>The device is approved.</p>' };
  }

  private polled(request: SimulatedRequest): SimulatedAnswer {
    const { device_auth_id: id, user_code: userCode } = fieldsOf(request.body);
    const device = this.devices.get(String(id));
    if (device?.userCode !== userCode || device?.isApproved !== true) return failure(403, 'Authorization is pending.');
    const verifier = `verifier-of-${String(id)}-`.padEnd(43, 'x');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: `http://${String(request.headers['host'])}/deviceauth/callback`,
      state: 'none',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const sent = this.login.answerTo({ ...request, method: 'GET', path: `/oauth/authorize?${query.toString()}` });
    const code = new URL(sent?.headers?.['location'] ?? 'http://nowhere').searchParams.get('code');
    return json({ authorization_code: code, code_challenge: challenge, code_verifier: verifier });
  }
}

function isExchangeable(fields: Readonly<Record<string, string>>): boolean {
  if (fields['requested_token'] === 'openai-api-key') return fields['client_id'] === clientId && fields['subject_token'] === idToken();
  const isFederation = fields['identity_provider_id'] === 'idp-simulated' && fields['service_account_id'] === 'svc-simulated';
  return isFederation && fields['subject_token'] !== 'expired';
}

function isRefusal({ status, body }: SimulatedAnswer, error: string): boolean {
  return status === 400 && recordFrom(body)['error'] === error;
}

function reused(): SimulatedAnswer {
  return failure(401, 'Your refresh token has already been used to generate a new access token.', { code: 'refresh_token_reused' });
}

function bearerOf({ headers }: SimulatedRequest): string {
  return String(headers['authorization']).slice('Bearer '.length);
}

function fieldsOf(body: string): JsonRecord {
  const fields = jsonFrom(body);
  return isRecord(fields) ? fields : Object.fromEntries(new URLSearchParams(body));
}

function recordFrom(body: SimulatedAnswer['body']): JsonRecord {
  const value = typeof body === 'string' ? jsonFrom(body) : undefined;
  return isRecord(value) ? value : {};
}

function json(body: object): SimulatedAnswer {
  return { status: 200, body: JSON.stringify(body) };
}
