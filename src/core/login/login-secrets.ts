import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { PendingLogin } from '../../contracts/login.js';
import { Secret } from '../../contracts/secret.js';
import type { SealedSecret } from '../../contracts/session.js';
import type { AuthorizationChallenge } from '../../contracts/tokens.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import type { SealContext, SecretBox } from '../sessions/secret-box.port.js';

type Owner = Pick<PendingLogin, 'id' | 'provider'>;

/** All of a challenge is sealed: its address holds the state, too. */
export function sealChallenge(box: SecretBox, challenge: AuthorizationChallenge, owner: Owner): Promise<SealedSecret> {
  const { authUrl, userCode, pkceParams } = challenge;
  const { state, codeVerifier, redirectUri, deviceCode } = pkceParams;
  const fields = {
    ...{ authUrl, userCode, redirectUri },
    ...{ state: state.reveal(), codeVerifier: codeVerifier.reveal(), deviceCode: deviceCode?.reveal() },
  };
  return box.seal(Secret.of(JSON.stringify(fields)), contextOf(owner));
}

/** @throws MaestroError `secret.unreadable`, `encryption.key-unknown` */
export async function openChallenge(box: SecretBox, login: PendingLogin): Promise<AuthorizationChallenge> {
  const opened = await box.open(login.secret, contextOf(login));
  const value = jsonFrom(opened.reveal());
  const fields = isRecord(value) ? value : {};
  const text = (name: string): string | undefined => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const [authUrl, redirectUri, state, codeVerifier] = [text('authUrl'), text('redirectUri'), text('state'), text('codeVerifier')];
  if (authUrl === undefined || redirectUri === undefined || state === undefined || codeVerifier === undefined) {
    throw new MaestroError('secret.unreadable', {});
  }
  const [userCode, deviceCode] = [text('userCode'), text('deviceCode')];
  return {
    authUrl,
    ...(userCode !== undefined && { userCode }),
    pkceParams: {
      ...{ redirectUri, method: login.method, state: Secret.of(state), codeVerifier: Secret.of(codeVerifier) },
      ...(deviceCode !== undefined && { deviceCode: Secret.of(deviceCode) }),
    },
  };
}

function contextOf({ id, provider }: Owner): SealContext {
  return { table: 'pending_logins', column: 'secrets', rowId: id, provider, authType: 'oauth', secretVersion: 1 };
}
