import { deviceAuthorizationRequest } from 'oauth4webapi';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge, PkceParams, TokenSet } from '../../contracts/tokens.js';
import { textIn } from '../json-fields.js';
import { isRecord, jsonFrom } from '../read-body.js';
import type { OAuthCall, OAuthFlow } from './oauth-flow.js';
import { requestTokens } from './token-grants.js';
import { asForm, clientAuthOf, clientOf, serverOf } from './token-endpoint.js';
import { tokenFailure } from './token-failure.js';
import { isWebAddress } from './web-address.js';

/** RFC 8628, section 3.2: where the issuer says nothing. */
const defaultIntervalSeconds = 5;

/** RFC 8628, section 3.1. @throws MaestroError `operation.unsupported`, `oauth.misconfigured`, `upstream.*` */
export async function beginDeviceLogin(flow: OAuthFlow, call: OAuthCall): Promise<AuthorizationChallenge> {
  const { provider, scopes } = flow;
  if (flow.deviceUrl === undefined) throw new MaestroError('operation.unsupported', { provider, operation: 'device login' });
  const parameters = scopes.length > 0 ? { scope: scopes.join(' ') } : {};
  const { status, headers, text } = await asForm(flow, call, (options) =>
    deviceAuthorizationRequest(serverOf(flow), clientOf(flow), clientAuthOf(flow), parameters, options),
  );
  const body = jsonFrom(text);
  if (status >= 300) throw tokenFailure(flow, 'login', { status, headers, body });
  const fields = isRecord(body) ? body : {};
  const deviceCode = textIn(fields, 'device_code') ?? '';
  const userCode = textIn(fields, 'user_code') ?? '';
  // Some still use the name of the draft.
  const authUrl =
    textIn(fields, 'verification_uri_complete') ?? textIn(fields, 'verification_uri') ?? textIn(fields, 'verification_url') ?? '';
  if (deviceCode === '' || userCode === '' || !isWebAddress(authUrl)) {
    throw new MaestroError('upstream.malformed', { provider, problem: 'the device login has no code or no address' });
  }
  return {
    authUrl,
    userCode,
    pollIntervalSeconds: pollIntervalFrom(fields['interval']),
    // A device login has neither; the fields stay empty rather than hold something that looks like a secret.
    pkceParams: { state: Secret.of(''), codeVerifier: Secret.of(''), redirectUri: '', method: 'device', deviceCode: Secret.of(deviceCode) },
  };
}

/** Seconds between two polls; some write them as text. */
export function pollIntervalFrom(value: unknown): number {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 && seconds <= 600 ? Math.ceil(seconds) : defaultIntervalSeconds;
}

/**
 * Asks once whether a device login was approved (RFC 8628, section 3.4).
 *
 * @throws MaestroError `login.pending` (upstream code `slow_down`: poll five seconds less often from now on), `login.rejected`,
 * `oauth.misconfigured`, `upstream.*`
 */
export async function pollDevice(flow: OAuthFlow, { deviceCode }: PkceParams, call: OAuthCall): Promise<TokenSet> {
  if (deviceCode === undefined) throw new MaestroError('login.rejected', { provider: flow.provider, reason: 'device_code_missing' });
  return requestTokens(flow, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: deviceCode.reveal() }, call);
}
