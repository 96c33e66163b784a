import type { OAuthBehaviour } from '../../contracts/behaviours/oauth.behaviour.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import type { ProviderManifest } from '../../contracts/manifest.js';
import { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge, LoginMethod, TokenSet } from '../../contracts/tokens.js';
import type { IssuerOptions } from '../issuer/issuer.js';
import type { RunningIssuer } from '../issuer-simulator.js';
import type { Bench } from './bench.js';
import type { Check } from './check.js';
import { demand, settled } from './demand.js';

export const never: AbortSignal = new AbortController().signal;

/** Where the kit would be called back, as an application on the same machine. */
export const redirectUri = 'http://127.0.0.1:4000/oauth/callback';

const sessionName = 'conformance';

/** Of the methods of a provider, the one in which a person comes back with a code. */
export function codeMethod({ login }: ProviderManifest): LoginMethod | undefined {
  const methods = login?.methods ?? ['browser'];
  return methods.find((method) => method === 'browser' || method === 'paste');
}

function withoutCode(manifest: ProviderManifest): string | undefined {
  return codeMethod(manifest) === undefined ? 'has no login in which a person comes back with a code' : undefined;
}

/** A login on its way, at an issuer of its own. */
export interface LoginScene {
  readonly issuer: RunningIssuer;
  readonly oauth: OAuthBehaviour;
  begin(): Promise<AuthorizationChallenge>;
  /** `brought`: what the person comes back with; else the address that the issuer sends them to. */
  finish(challenge: AuthorizationChallenge, brought?: string): Promise<TokenSet>;
  refresh(credentials: OAuthCredentials): Promise<TokenSet>;
  merge(tokens: TokenSet, previous?: OAuthCredentials): Promise<OAuthCredentials>;
  /** From the beginning to the end. */
  login(): Promise<OAuthCredentials>;
}

/** A check of a login by code. */
export function ofLogin(
  id: string,
  title: string,
  look: (scene: LoginScene, bench: Bench) => Promise<void>,
  options: IssuerOptions = {},
): Check {
  const run = (bench: Bench): Promise<void> =>
    bench.atIssuer(options, ({ issuer, provider }) => look(sceneOf(bench.manifest, issuer, provider.behaviour('oauth')), bench));
  return { id, title, needs: ['oauth'], notFor: withoutCode, run };
}

function sceneOf(manifest: ProviderManifest, issuer: RunningIssuer, oauth: OAuthBehaviour): LoginScene {
  const method = codeMethod(manifest) ?? 'browser';
  const scene: LoginScene = {
    issuer,
    oauth,
    begin: () => settled('generateAuthUrl', oauth.generateAuthUrl(sessionName, { method, redirectUri, signal: never })),
    finish: async ({ authUrl, pkceParams }, brought) => {
      const address = Secret.of(brought ?? issuer.approve(authUrl));
      return settled('exchangeCode', oauth.exchangeCode(address, pkceParams, sessionName, { signal: never }));
    },
    refresh: ({ refreshToken }) => {
      demand(refreshToken !== undefined, 'the credentials of a login have no refresh token');
      return settled('refreshToken', oauth.refreshToken(refreshToken, sessionName, { signal: never }));
    },
    merge: (tokens, previous) => settled('extractApiCredentials', oauth.extractApiCredentials(tokens, previous, { signal: never })),
    login: async () => scene.merge(await scene.finish(await scene.begin())),
  };
  return scene;
}
