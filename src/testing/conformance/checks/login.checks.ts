import { createHash } from 'node:crypto';

import type { OutgoingHeaders } from '../../../contracts/provider-client.js';
import { Secret } from '../../../contracts/secret.js';
import type { Check } from '../check.js';
import { demand, demandCode, failureOf, settled } from '../demand.js';
import { jsonAnswer } from '../line.js';
import { codeMethod, never, ofLogin, redirectUri } from '../logins.js';
import { demandSilence } from './secret.checks.js';

export const loginChecks: readonly Check[] = [
  ofLogin(
    'login.address',
    'a login begins at the issuer, with a code for our client and redirect and a state of its own each time',
    async (scene) => {
      const challenge = await scene.begin();
      const other = await scene.begin();
      const { origin, searchParams } = new URL(challenge.authUrl);
      demand(origin === new URL(scene.issuer.authorizeUrl).origin, `a login begins at ${origin}, not where the settings say`);
      demand(searchParams.get('response_type') === 'code', 'the address asks for no code');
      demand(searchParams.get('redirect_uri') === challenge.pkceParams.redirectUri, 'the redirect is not the one that is kept');
      demand(challenge.pkceParams.redirectUri === redirectUri, 'the redirect that was asked for is not taken');
      demand(searchParams.get('state') === challenge.pkceParams.state.reveal(), 'the state is not the one that is kept');
      demand(challenge.pkceParams.state.length >= 22, 'the state is shorter than 128 bits: it can be guessed');
      demand(challenge.pkceParams.state.reveal() !== other.pkceParams.state.reveal(), 'two logins have the same state');
    },
  ),
  ofLogin(
    'login.pkce',
    'the code is bound to a verifier that only we know: S256, another one each time, and sent in the exchange',
    async (scene) => {
      const challenge = await scene.begin();
      const verifier = challenge.pkceParams.codeVerifier.reveal();
      const { searchParams } = new URL(challenge.authUrl);
      const hash = createHash('sha256').update(verifier).digest('base64url');
      demand(searchParams.get('code_challenge_method') === 'S256', 'the challenge is not made with S256');
      demand(searchParams.get('code_challenge') === hash, 'the challenge is not the hash of the verifier');
      demand(/^[A-Za-z0-9._~-]{43,128}$/.test(verifier), 'the verifier has not 43 to 128 of the characters of RFC 7636');
      demand(!challenge.authUrl.includes(verifier), 'the verifier is in the address');
      demand((await scene.begin()).pkceParams.codeVerifier.reveal() !== verifier, 'two logins have the same verifier');
      const swapped = { ...challenge, pkceParams: { ...challenge.pkceParams, codeVerifier: Secret.of('x'.repeat(43)) } };
      await demandCode('a code with the verifier of another login', ['login.rejected'], () => scene.finish(swapped));
    },
  ),
  ofLogin('login.exchange', 'the code is traded for tokens once, with what the issuer said of their end', async (scene) => {
    const tokens = await scene.finish(await scene.begin());
    const [family] = scene.issuer.families;
    demand(scene.issuer.calls.length === 1, `the token endpoint is called ${String(scene.issuer.calls.length)} times`);
    demand(tokens.accessToken.reveal() === family?.accessToken, 'the access token is not the one that was issued');
    demand(tokens.refreshToken?.reveal() === family.refreshToken, 'the refresh token is not the one that was issued');
    demand(tokens.expiresAt !== undefined && tokens.expiresAt.getTime() > Date.now(), 'the tokens are said to have no end, or to be dead');
    demand(!tokens.isExpiryEstimated, 'the issuer told when the tokens end, and that is called a guess');
  }),
  ofLogin('login.state', 'an answer with another state, or none, is login.rejected before anything is sent', async (scene) => {
    const challenge = await scene.begin();
    const address = new URL(scene.issuer.approve(challenge.authUrl));
    address.searchParams.set('state', 'of-another-login');
    await demandCode('an answer with the state of another login', ['login.rejected'], () => scene.finish(challenge, address.href));
    address.searchParams.delete('state');
    await demandCode('an answer without a state', ['login.rejected'], () => scene.finish(challenge, address.href));
    demand(scene.issuer.calls.length === 0, 'the code of an answer with another state is sent to the issuer');
  }),
  ofLogin('login.denied', 'a person who says no is login.rejected, and nothing is sent', async (scene) => {
    const challenge = await scene.begin();
    await demandCode('a login that was denied', ['login.rejected'], () => scene.finish(challenge, scene.issuer.deny(challenge.authUrl)));
    demand(scene.issuer.calls.length === 0, 'the issuer is asked for tokens after the person said no');
  }),
  ofLogin('login.token', 'the access token goes in a header of each request', async (scene) => {
    const credentials = await scene.login();
    const headers: OutgoingHeaders = {};
    const client = scene.oauth.createClient(credentials, {});
    await client.authorise(headers);
    const token = credentials.accessToken.reveal();
    demand(
      Object.values(headers).some((value) => value.includes(token)),
      'authorise puts the access token in no header',
    );
    demand(!client.baseUrl.includes(token), 'the access token is in the address');
  }),
  ofLogin('login.secrets', "no error of a login holds the code, the verifier or a body of the issuer's", async (scene, bench) => {
    const challenge = await scene.begin();
    const address = scene.issuer.approve(challenge.authUrl);
    const code = new URL(address).searchParams.get('code') ?? '';
    const verifier = challenge.pkceParams.codeVerifier.reveal();
    const mark = 'conformance-canary-of-the-issuer';
    for (const [status, error] of [
      [400, 'invalid_grant'],
      [401, 'invalid_client'],
      [500, 'server_error'],
    ] as const) {
      bench.line.answerWith(async () => jsonAnswer(status, { error, error_description: `${mark} ${code} ${verifier}` }));
      const failure = await failureOf('a login that the issuer refuses', () => scene.finish(challenge, address));
      demandSilence(`the error of a login that fails with ${error}`, failure, [code, verifier, mark]);
    }
  }),
  {
    id: 'login.not-configured',
    title: 'without a client of its own a login is login.not-configured',
    needs: ['oauth'],
    notFor: (manifest) => {
      if (codeMethod(manifest) === undefined) return 'has no login in which a person comes back with a code';
      return manifest.settings['oauthClientId'] === undefined ? 'declares no oauthClientId' : undefined;
    },
    run: (bench) =>
      bench.atIssuer(
        {},
        async ({ provider }) => {
          const method = codeMethod(bench.manifest) ?? 'browser';
          const begin = (): Promise<unknown> =>
            provider.behaviour('oauth').generateAuthUrl('conformance', { method, redirectUri, signal: never });
          await demandCode('a login without a client', ['login.not-configured'], () => settled('generateAuthUrl', begin()));
        },
        {},
      ),
  },
];
