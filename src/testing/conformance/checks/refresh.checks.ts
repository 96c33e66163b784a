import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { Secret } from '../../../contracts/secret.js';
import type { IssuerFault } from '../../issuer/issuer-fault.js';
import type { Check } from '../check.js';
import { demand, demandCode, described, failureOf } from '../demand.js';
import { jsonAnswer } from '../line.js';
import { ofLogin } from '../logins.js';
import { demandSilence } from './secret.checks.js';

/** What a token endpoint answers on a bad day. None of it says that the grant is dead. */
const badDays: readonly IssuerFault[] = [
  { kind: 'unavailable' },
  { kind: 'rate-limited' },
  { kind: 'html' },
  { kind: 'malformed' },
  { kind: 'reset' },
  { kind: 'refused', error: 'server_error', status: 500 },
];

export const refreshChecks: readonly Check[] = [
  ofLogin('refresh.rotation', 'a refresh token that is replaced is used no more, and its successor is kept', async (scene) => {
    const first = await scene.login();
    const second = await scene.merge(await scene.refresh(first), first);
    const [family] = scene.issuer.families;
    demand(second.accessToken.reveal() === family?.accessToken, 'after a refresh the access token is not the new one');
    demand(second.refreshToken?.reveal() === family.refreshToken, 'after a refresh the refresh token is not its successor');
    const third = await scene.merge(await scene.refresh(second), second);
    demand(
      third.refreshToken?.reveal() === scene.issuer.families[0]?.refreshToken,
      'after two refreshes the refresh token is not the last',
    );
    demand(scene.issuer.familiesLost.length === 0, 'a used refresh token was sent again: a strict issuer ends the login for it');
  }),
  ofLogin(
    'refresh.omission',
    'what a refresh leaves out is kept: the refresh token, the id token, the scopes and what goes with them',
    async (scene) => {
      const login = await scene.login();
      const before = { ...login, idToken: Secret.of('an-id-token'), scopes: ['one', 'two'], extra: { ...login.extra, kept: 'yes' } };
      const { scopes: _told, ...refreshed } = await scene.refresh(before);
      const { refreshToken, idToken, scopes, extra, accessToken } = await scene.merge(refreshed, before);
      demand(accessToken.reveal() === scene.issuer.families[0]?.accessToken, 'after a refresh the access token is not the new one');
      demand(refreshToken?.reveal() === before.refreshToken?.reveal(), 'a refresh token that was not replaced is lost');
      demand(idToken?.reveal() === 'an-id-token', 'an id token that was not replaced is lost');
      demand(scopes.length > 0 && extra['kept'] === 'yes', 'the scopes, or what goes with the credential, are lost in a refresh');
    },
    { rotation: 'none' },
  ),
  ofLogin('refresh.dead', 'a grant that is dead is session.refresh-rejected', async (scene) => {
    const credentials = await scene.login();
    await scene.refresh(credentials);
    await demandCode('a refresh with a dead token', ['session.refresh-rejected'], () => scene.refresh(credentials));
  }),
  ofLogin('refresh.transient', 'a token endpoint with a bad day ends no session, and is asked once', async (scene) => {
    const credentials = await scene.login();
    for (const fault of badDays) {
      const before = scene.issuer.calls.length;
      scene.issuer.failNext(fault);
      const error = await failureOf(`a refresh at an endpoint that is ${fault.kind}`, () => scene.refresh(credentials));
      demand(error.category !== 'credential', `an endpoint that is ${fault.kind} gives ${described(error)}: the session would end`);
      const calls = scene.issuer.calls.length - before;
      demand(
        calls === 1,
        `an endpoint that is ${fault.kind} is asked ${String(calls)} times: only core knows whether a token may be spent twice`,
      );
    }
  }),
  ofLogin('refresh.client', 'a client that the issuer does not take is oauth.misconfigured: no session is at fault', async (scene) => {
    const credentials = await scene.login();
    scene.issuer.failNext({ kind: 'refused', error: 'invalid_client', status: 401 });
    await demandCode('a refresh with a wrong client', ['oauth.misconfigured'], () => scene.refresh(credentials));
  }),
  ofLogin('refresh.secrets', "no error of a refresh holds the token or a body of the issuer's", async (scene, bench) => {
    const credentials = await scene.login();
    const token = credentials.refreshToken?.reveal() ?? '';
    const mark = 'conformance-canary-of-the-issuer';
    for (const [status, error] of [
      [400, 'invalid_grant'],
      [401, 'invalid_client'],
      [503, 'temporarily_unavailable'],
    ] as const) {
      bench.line.answerWith(async () => jsonAnswer(status, { error, error_description: `${mark} ${token}` }));
      const failure = await failureOf('a refresh that the issuer refuses', () => scene.refresh(credentials));
      demandSilence(`the error of a refresh that fails with ${error}`, failure, [token, mark]);
    }
    bench.line.answerWith(() => Promise.reject(new MaestroError('upstream.unreachable', { origin: 'the issuer', reason: 'ECONNREFUSED' })));
    demandSilence('the error of an issuer that is away', await failureOf('a refresh', () => scene.refresh(credentials)), [token]);
  }),
];
