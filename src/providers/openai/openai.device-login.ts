import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge, PkceParams, TokenSet } from '../../contracts/tokens.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { textIn } from '../../kit/json-fields.js';
import { pollIntervalFrom } from '../../kit/oauth/device-login.js';
import type { OAuthCall, OAuthFlow } from '../../kit/oauth/oauth-flow.js';
import type { EndpointAnswer } from '../../kit/oauth/token-endpoint.js';
import { askWithJson } from '../../kit/oauth/token-endpoint.js';
import { tokenFailure } from '../../kit/oauth/token-failure.js';
import { requestTokens } from '../../kit/oauth/token-grants.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { providerId } from './openai.calls.js';

// The vendor's own device login, which is older than its use of RFC 8628: a poll ends in an authorization code and its verifier.
// https://github.com/openai/codex, codex-rs/login/src/device_code_auth.rs, read 2026-11-22

/** @throws MaestroError `oauth.misconfigured` (also where the vendor does not know the client's device login), `upstream.*` */
export async function beginDeviceLogin(flow: OAuthFlow, call: OAuthCall): Promise<AuthorizationChallenge> {
  const answer = await askWithJson(flow, at(flow, '/api/accounts/deviceauth/usercode'), {}, call);
  if (answer.status >= 300) throw failureOf(flow, answer);
  const fields = fieldsOf(answer);
  const [deviceId, userCode] = [textIn(fields, 'device_auth_id'), textIn(fields, 'user_code') ?? textIn(fields, 'usercode')];
  if (deviceId === undefined || userCode === undefined) throw malformed('the device login has no code');
  return {
    authUrl: at(flow, '/codex/device'),
    userCode,
    pollIntervalSeconds: pollIntervalFrom(fields['interval']),
    pkceParams: {
      state: Secret.of(''),
      codeVerifier: Secret.of(''),
      redirectUri: at(flow, '/deviceauth/callback'),
      method: 'device',
      deviceCode: Secret.of(JSON.stringify({ deviceId, userCode })),
    },
  };
}

/** Asks once. @throws MaestroError `login.pending`, `login.rejected`, `oauth.misconfigured`, `upstream.*` */
export async function pollDeviceLogin(flow: OAuthFlow, { deviceCode, redirectUri }: PkceParams, call: OAuthCall): Promise<TokenSet> {
  const kept = jsonFrom(deviceCode?.reveal() ?? '');
  const { deviceId, userCode } = isRecord(kept) ? { deviceId: textIn(kept, 'deviceId'), userCode: textIn(kept, 'userCode') } : {};
  if (deviceId === undefined || userCode === undefined) {
    throw new MaestroError('login.rejected', { provider: providerId, reason: 'device_code_missing' });
  }
  // The poll names no client: the code it ends in is bound to one.
  const poll = { ...flow, clientId: '' };
  const answer = await askWithJson(
    poll,
    at(flow, '/api/accounts/deviceauth/token'),
    { device_auth_id: deviceId, user_code: userCode },
    call,
  );
  if (answer.status >= 300) throw refusalOfPoll(flow, answer);
  const fields = fieldsOf(answer);
  const [code, verifier] = [textIn(fields, 'authorization_code'), textIn(fields, 'code_verifier')];
  if (code === undefined || verifier === undefined) throw malformed('the approved device login has no code');
  return requestTokens(flow, 'authorization_code', { code, redirect_uri: redirectUri, code_verifier: verifier }, call);
}

/** Not yet approved is told by a status alone; a word for it is believed before. */
function refusalOfPoll(flow: OAuthFlow, answer: EndpointAnswer): MaestroError {
  const failure = failureOf(flow, answer);
  const isPending = [403, 404].includes(answer.status) && failure.code !== 'login.rejected';
  return isPending ? new MaestroError('login.pending', {}, { upstream: { status: answer.status } }) : failure;
}

function failureOf(flow: OAuthFlow, { status, headers, text }: EndpointAnswer): MaestroError {
  return tokenFailure(flow, 'login', { status, headers, body: jsonFrom(text) });
}

function fieldsOf({ text }: EndpointAnswer): JsonRecord {
  const body = jsonFrom(text);
  return isRecord(body) ? body : {};
}

function at({ tokenUrl }: OAuthFlow, path: string): string {
  return new URL(path, tokenUrl).href;
}

function malformed(problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider: providerId, problem });
}
